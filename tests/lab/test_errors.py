"""Holds that a refusal is one line that somebody can read, whatever name or value it quotes."""

from __future__ import annotations

from momentum_gui.lab.errors import MOST_LETTERS, BadInputError


def test_a_refusal_is_one_line_of_bearable_length() -> None:
    """Line breaks become spaces; a long one keeps its beginning, which names the place, and its end."""
    assert str(BadInputError("a\nb\r\nc\u2028d")) == "a b c d"
    short = "x" * MOST_LETTERS
    assert str(BadInputError(short)) == short
    cut = str(BadInputError(f"e.toml: {'y' * 5000}: allowed is z"))
    assert len(cut) <= MOST_LETTERS
    assert cut.startswith("e.toml: yyy")
    assert cut.endswith("yyy: allowed is z")
