"""Text of others, such as names, labels and paths, as a terminal may show it: nothing in it is obeyed."""

from __future__ import annotations

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys and no picture can hold: control characters, line breaks, orders to turn the direction."""
EXCEPT_BREAKS = re.compile(rf"(?![\n\t]){CONTROL.pattern}")


def visible(text: str) -> str:
    """Return the text with each control character as its escape, such as \\x1b; line ends and tabs stay."""
    return EXCEPT_BREAKS.sub(lambda found: repr(found.group())[1:-1], text)
