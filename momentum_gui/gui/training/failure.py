"""What went wrong: as one line for a person, as details for a report, and whether anybody foresaw it."""

from __future__ import annotations

import traceback

from momentum_gui.lab.errors import BadInputError

FORESEEN = (BadInputError, OSError, MemoryError)
"""What happens to a program that is right, and is said where it happened: bad input, a full disk, too little memory."""


def one_line(error: BaseException) -> str:
    """Return an error as one line for a person."""
    text = " ".join(str(error).split())
    if isinstance(error, BadInputError):
        return text
    if isinstance(error, MemoryError):
        return "There is not enough memory for this."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def details_of(error: BaseException) -> str:
    """Return the trace of an error."""
    return "".join(traceback.format_exception(error))
