"""The one exception for input that a user can mend: a single clear line of what is wrong and what is allowed."""

from __future__ import annotations


class BadInputError(ValueError):
    """What is wrong, and what is allowed, in one line; the command line prints it and exits with 2."""
