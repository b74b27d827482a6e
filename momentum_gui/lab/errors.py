"""The one exception for input that a user can mend: a single clear line of what is wrong and what is allowed."""

from __future__ import annotations

MOST_LETTERS = 1000
KEPT = 600, 390
"""Letters of the beginning and of the end of a longer message, which has a name or a value of others in between."""


class BadInputError(ValueError):
    """What is wrong, and what is allowed, in one line; the command line prints it and exits with 2.

    Line breaks, which a name or a value may bring in, become spaces; what nobody could read is cut in the middle.
    """

    def __init__(self, message: str) -> None:
        line = " ".join(message.splitlines())
        first, last = KEPT
        super().__init__(line if len(line) <= MOST_LETTERS else f"{line[:first]} … {line[-last:]}")
