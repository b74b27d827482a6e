"""What each built-in experiment claims, measured again: `python -m momentum_gui.lab.evidence.claims [NAME …]`.

An experiment's file states its claim in words; here the same words stand beside the measurement and its bounds. A claim
that is widespread and false is kept, and measured to be false.
"""

from __future__ import annotations

import sys

from momentum_gui.lab.evidence import claims_on_classics, claims_on_networks, claims_on_surfaces
from momentum_gui.lab.evidence.claim import Claim
from momentum_gui.lab.experiment import Experiment

CLAIMS: dict[str, Claim] = {
    **claims_on_networks.CLAIMS,
    **claims_on_surfaces.CLAIMS,
    **claims_on_classics.CLAIMS,
}
"""The measurement of each built-in experiment's claim, by the experiment's name."""


def main(names: list[str]) -> int:
    """Measure the claims of these experiments, or of all; a line a number, and 1 if any lies outside its bounds."""
    wrong = False
    for name in names or sorted(CLAIMS):
        if name not in CLAIMS:
            print(f"{name}: no such claim; there are {', '.join(sorted(CLAIMS))}", file=sys.stderr)
            return 2
        for check in CLAIMS[name](Experiment.load(name)):
            wrong |= not check.holds
            bounds = f"{check.low:.6g} … {check.high:.6g}"
            print(f"{name:24}{'ok ' if check.holds else 'NO '} {check.value:<12.6g} {bounds:22} {check.said}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
