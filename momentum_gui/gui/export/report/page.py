"""A training as one HTML page that needs nothing else: no request leaves it, and all that others wrote is text."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from momentum_gui.assets import resource
from momentum_gui.gui.export.report.figures import DrawnView, draw
from momentum_gui.gui.export.report.latex import latex_table
from momentum_gui.gui.export.report.motion import motion
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.lab.analysis.findings import Finding, find
from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.takes import Takes
from momentum_gui.version import __version__

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""What a browser may do with the page: use what is in it."""


def save_report(path: str | Path, takes: Takes, progress: Callable[[float], None] = lambda share: None) -> None:
    """Write the report of a training: .html for the page, .tex for its table of runs. Raises OSError."""
    for step in report_steps(takes, Path(path)):
        if callable(step):
            step()
        else:
            progress(step)


def report_steps(takes: Takes, path: Path) -> Iterator[float | Callable[[], None]]:
    """Make a report part by part: the share done after each, and then what writes the file."""
    findings = find(takes.setup, takes.record)
    if path.suffix.lower() == ".tex":
        yield lambda: write_atomically(path, latex_table(findings))
        return
    yield 0.1
    moving = motion(takes)
    yield 0.3
    drawn = []
    for view in draw(takes):
        drawn.append(view)
        yield min(0.95, 0.3 + 0.1 * len(drawn))
    yield lambda: write_atomically(path, page(takes, findings, drawn, moving))


def page(takes: Takes, findings: list[Finding], drawn: list[DrawnView], moving: str) -> str:
    """Return the whole page."""
    experiment = takes.setup.experiment
    title = experiment.title or Path(experiment.problem.dataset or experiment.problem.surface or "Training").stem
    css = resource("report", "report.css").read_text(encoding="utf-8")
    script = resource("report", "report.js").read_text(encoding="utf-8")
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        paragraph(experiment.notes),
        heading("The run in motion"),
        moving,
        heading("What came of it"),
        outcome_table(findings),
        advice(findings),
        heading("Theory beside what was measured"),
        theory_table(findings),
        paragraph(THEORY_WORDS, "muted"),
        heading("Figures"),
        *(figure(each) for each in drawn),
        heading("Settings"),
        settings_table(experiment),
        *([paragraph("Notes on the data: " + "; ".join(takes.setup.notes), "muted")] if takes.setup.notes else []),
        heading("How to repeat it"),
        paragraph("Save this as experiment.toml; the same numbers come of"),
        f"<pre>momentum-gui train experiment.toml --log log.csv</pre><pre>{html.escape(experiment.to_toml())}</pre>",
        paragraph(f"Momentum GUI {__version__}", "muted"),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY, quote=True)}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n{body}\n"
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


THEORY_WORDS = (
    "A gradient that stays is amplified by the steady gain, one that changes sign at each update by the alternating "
    "one. In full batch a run is stable while its learning rate times the largest curvature, λmax, is below the bound; "
    "λmax is measured where the run ended. With single items other bounds hold, which the figure of theory gives."
)


def heading(text: str) -> str:
    """Return a heading."""
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text; nothing for an empty one."""
    styled = f' class="{kind}"' if kind else ""
    return f"<p{styled}>{html.escape(text.strip())}</p>" if text.strip() else ""


def figure(view: DrawnView) -> str:
    """Return a figure with its heading and a sentence."""
    words = f"<figcaption>{html.escape(view.summary)}</figcaption>"
    return f"<h3>{html.escape(view.title)}</h3><figure>{view.svg}{words}</figure>"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], words: frozenset[int] = frozenset()) -> str:
    """Return a table; the first column, and those of `words`, begin at the left."""

    def kind(place: int) -> str:
        return ' class="word"' if place in words else ""

    head = "".join(f"<th{kind(place)}>{html.escape(text)}</th>" for place, text in enumerate(headings))
    lines = [
        "<tr>" + "".join(f"<td{kind(place)}>{html.escape(cell)}</td>" for place, cell in enumerate(row)) + "</tr>"
        for row in rows
    ]
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def number(value: float, digits: int = 5) -> str:
    """Return a number as views write it; – where there is none."""
    return number_text(value, digits) if math.isfinite(value) else ("∞" if value == math.inf else "–")


def percent(value: float) -> str:
    """Return a share in per cent; – where there is none."""
    return f"{100 * value:.1f} %" if math.isfinite(value) else "–"


def outcome_table(findings: list[Finding]) -> str:
    """Return what each run came to; columns that no run has are left out."""
    columns: list[tuple[str, list[str]]] = [
        ("run", [each.name for each in findings]),
        ("rule", [each.rule for each in findings]),
        ("rate", [number(each.learning_rate) for each in findings]),
        ("momentum", [number(each.momentum) for each in findings]),
        ("outcome", [each.outcome for each in findings]),
        ("epochs", [number(each.epochs) for each in findings]),
        ("updates", [str(each.updates) for each in findings]),
        ("error", [number(each.error) for each in findings]),
        ("accuracy", [percent(each.accuracy) for each in findings]),
        ("held-out error", [number(each.test_error) for each in findings]),
        ("held-out accuracy", [percent(each.test_accuracy) for each in findings]),
    ]
    kept = [(name, cells) for name, cells in columns if any(cell != "–" for cell in cells)]
    rows = [list(row) for row in zip(*(cells for _, cells in kept), strict=True)]
    return table([name for name, _ in kept], rows, frozenset({1, 4}))


def theory_table(findings: list[Finding]) -> str:
    """Return what theory says of each run's rule, and what was measured."""
    rows = [
        [
            each.name,
            number(each.steady, 4),
            number(each.alternating, 4),
            number(each.bound, 4),
            number(each.curvature, 4),
            number(each.load, 4),
            "–" if not math.isfinite(each.load) else "yes" if each.load < each.bound else "no",
        ]
        for each in findings
    ]
    return table(["run", "steady gain", "alternating gain", "bound", "λmax", "rate × λmax", "below the bound"], rows)


def advice(findings: list[Finding]) -> str:
    """Return the hints that hold at the end."""
    lines = "".join(
        f"<li><b>{html.escape(each.name)}</b>: {html.escape(each.hint)}</li>" for each in findings if each.hint
    )
    return f"<ul>{lines}</ul>" if lines else ""


def settings_table(experiment: Experiment) -> str:
    """Return the settings that all runs share."""
    problem, network, training = experiment.problem, experiment.network, experiment.training
    rows = [["problem", (problem.dataset and Path(problem.dataset).name) or f"surface {problem.surface}"]]
    if problem.surface is None:
        rows += [
            ["scaling", problem.scale],
            ["held out", percent(problem.test_fraction)],
            ["hidden layers", ", ".join(map(str, network.hidden)) or "none"],
            ["hidden activation", network.hidden_activation],
            ["loss", network.loss.replace("_", " ")],
        ]
    rows += [
        ["batch size", str(training.batch_size)],
        ["epochs", str(training.epochs)],
        ["seed", str(training.seed)],
    ]
    return table(["setting", "value"], rows, frozenset({1}))
