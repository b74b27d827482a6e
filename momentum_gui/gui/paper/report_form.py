"""The form of a report: the endings of its files, and how many moments its page can show. It knows nothing of Qt."""

from __future__ import annotations

from pathlib import Path

from momentum_gui.lab.errors import BadInputError

REPORTS = (".html", ".htm", ".tex")
"""A page, or a table of the runs for LaTeX."""
TAKES = 240
"""The moments between which the page moves."""


def check_report(path: str | Path, option: str = "") -> None:
    """Raise BadInputError for a file that does not end as a report does; `option` is named before it."""
    if Path(path).suffix.lower() not in REPORTS:
        raise BadInputError(f"{option} {path}: allowed are names that end in {', '.join(REPORTS)}".lstrip())
