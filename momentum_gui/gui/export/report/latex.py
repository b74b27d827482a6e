"""The table of the runs for LaTeX, as booktabs has tables."""

from __future__ import annotations

import math

from momentum_gui.lab.analysis.findings import Finding

SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def latex_table(findings: list[Finding]) -> str:
    """Return a tabular with a row a run: rule, rate, momentum, outcome, epochs, error, held-out error."""
    held_out = any(math.isfinite(each.test_error) for each in findings)
    heads = ["Run", "Rule", "$\\eta$", "$\\mu$", "Outcome", "Epochs", "Error", *(["Held out"] if held_out else [])]
    lines = [
        "% needs \\usepackage{booktabs}",
        "\\begin{tabular}{ll" + "r" * 2 + "l" + "r" * (len(heads) - 5) + "}",
        "\\toprule",
        " & ".join(heads) + r" \\",
        "\\midrule",
    ]
    for each in findings:
        cells = [
            escaped(each.name),
            escaped(each.rule),
            number(each.learning_rate),
            number(each.momentum),
            each.outcome,
        ]
        cells += [number(each.epochs), number(each.error), *([number(each.test_error)] if held_out else [])]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def escaped(text: str) -> str:
    """Return a text with LaTeX's own signs as letters."""
    return "".join(SIGNS.get(sign, sign) for sign in text)


def number(value: float) -> str:
    """Return a number in five digits, powers of ten as LaTeX has them; a dash where there is none."""
    if not math.isfinite(value):
        return "--"
    mantissa, e, power = f"{value:.5g}".partition("e")
    return f"${mantissa}\\cdot 10^{{{int(power)}}}$" if e else mantissa
