"""Holds that a terminal obeys nothing in a text that comes from others."""

from __future__ import annotations

import unicodedata

from momentum_gui.printable import CONTROL, visible


def test_every_control_character_is_shown_as_its_escape() -> None:
    """Those of Unicode's category Cc, and those that turn the direction; line ends, tabs and all letters stay."""
    for sign in map(chr, range(0x3000)):
        obeyed = unicodedata.category(sign) == "Cc" or sign in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2069"
        assert (CONTROL.search(sign) is not None) == (obeyed or sign in "\u2067\u2068")
        assert (visible(sign) == sign) == (CONTROL.search(sign) is None or sign in "\n\t")
    assert visible("a\x1b]0;b\x07\nμ\u202e") == "a\\x1b]0;b\\x07\nμ\\u202e"
