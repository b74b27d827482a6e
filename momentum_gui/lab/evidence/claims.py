"""Writes docs/claims.md: what each built-in experiment claims, measured on seeds and starts not used to write it.

`python -m momentum_gui.lab.evidence.claims docs/claims.md` (about half a minute); without a file it prints. The exit
status is 1 if a number lies outside its bounds. A claim that is widespread and false is kept, and measured to be false.
"""

from __future__ import annotations

import sys

from momentum_gui.lab.atomic_file import write_atomically
from momentum_gui.lab.evidence import claims_on_classics, claims_on_curvature, claims_on_networks, claims_on_surfaces
from momentum_gui.lab.evidence.claim import Check, Claim
from momentum_gui.lab.evidence.markdown import row
from momentum_gui.lab.evidence.seeds import Draw
from momentum_gui.lab.experiment import Experiment

CLAIMS: dict[str, Claim] = {
    **claims_on_networks.CLAIMS,
    **claims_on_surfaces.CLAIMS,
    **claims_on_classics.CLAIMS,
    **claims_on_curvature.CLAIMS,
}
"""The measurement of each built-in experiment's claim, by the experiment's name."""

FRESH = Draw(40, 2000)
"""The seeds and starts of docs/claims.md: the claims were written from others, numbers 0 to 39 and 1000 to 1039."""


def bounds(check: Check) -> str:
    """Return what a number may be, in words."""
    low, high = f"{check.low:.6g}", f"{check.high:.6g}"
    if check.low == check.high:
        return low
    if check.low == float("-inf"):
        return f"at most {high}"
    return f"at least {low}" if check.high == float("inf") else f"{low} to {high}"


def measured(names: list[str], draw: Draw) -> dict[str, list[Check]]:
    """Measure the claims of these experiments."""
    return {name: list(CLAIMS[name](Experiment.load(name), draw)) for name in names}


def document(found: dict[str, list[Check]], draw: Draw) -> str:
    """Return the whole of docs/claims.md."""
    parts = [
        f"""# What the examples claim, measured

Written by `python -m momentum_gui.lab.evidence.claims docs/claims.md`; edit that package or the example, not this file.

Each claim was written from other seeds and starts; here it is measured on {draw.count} that were not used for that:
the example's own seed + {draw.first} to + {draw.first + draw.count - 1}, or as many random starts on a surface (four
times as many for the 1-2-1 networks). "For every seed" and "none" are shares of them, 1 and 0; where the claim does not
say median, the least or the greatest of them is measured.
"""
    ]
    for name, checks in found.items():
        rows = [row("in the claim", "measured", "allowed", "verdict"), row(*["---"] * 4)]
        for check in checks:
            verdict = "holds" if check.holds else "**fails**"
            rows.append(row(check.said, f"{check.value:.4g}", bounds(check), verdict))
        experiment = Experiment.load(name)
        parts.append(f"## {name}: {experiment.title}\n\n{experiment.claim.strip()}\n\n{''.join(rows)}")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the document to the file named, or print it."""
    found = measured(sorted(CLAIMS), FRESH)
    text = document(found, FRESH)
    if arguments:
        write_atomically(arguments[0], text)
    else:
        print(text, end="")
    return int(any(not check.holds for checks in found.values() for check in checks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
