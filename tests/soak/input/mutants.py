"""Changes texts at random, as careless hands, broken disks and hostile senders do."""

from __future__ import annotations

import random
import re

NUMBERS = (
    "0", "-0.0", "1", "2", "-1", "0.5", "1e-9", "5e-324", "1e308", "-1e308", "1e400", "nan", "inf", "-inf", "1_000",
    "0x10", "007", "1.", ".5", "1,5", "1,234", "99999999999999999999", "1e9", "4294967296", "٣", "１２", "true",
)  # fmt: skip
TEXTS = (
    "", " ", ",", ";", "\t", "|", '"', "'", "\\", "\n", "\r\n", "\r", "\n\n", "=", "#", "[", "]", "[[", "]]", "{", "}",
    '"""', "[[run]]\n", "[training]\n", "=SUM(A1)", "\x1b]0;x\x07", "\x9b31m", "\u202e", "<img src=x>", "[red]",
    "\x00", "\x0b",
    "\ufeff", "é", "💥", "..", "/dev/zero", "~nobody/x.csv", "a" * 3000, "(" * 60, "m" * 50, "NaN", "?", "x",
)  # fmt: skip
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
WORD = re.compile(r"[A-Za-z_][\w-]*")


class Mutator:
    """Changes texts; the same seed gives the same changes. `words` are put where other words were."""

    def __init__(self, seed: int, words: tuple[str, ...] = ()) -> None:
        self.random = random.Random(seed)
        self.words = words or ("x",)

    def change(self, text: str) -> str:
        """Return the text after one to four changes."""
        ways = (self._number, self._number, self._word, self._put, self._cut, self._lines, self._letter, self._end)
        for _ in range(self.random.choice((1, 1, 1, 1, 2, 3))):
            text = self.random.choice(ways)(text)
        return text

    def spoil(self, text: str) -> bytes:
        """Return the changed text as bytes, now and then in another encoding or with bytes of no encoding."""
        text = self.change(text)
        encoding = self.random.choices(("utf-8", "utf-16", "cp1252", "utf-8-sig"), (90, 3, 4, 3))[0]
        raw = bytearray(text.encode(encoding, errors="replace"))
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 3))):
            raw.insert(self.random.randint(0, len(raw)), self.random.randrange(256))
        return bytes(raw)

    def _place(self, text: str) -> int:
        return self.random.randint(0, len(text))

    def _swap(self, pattern: re.Pattern[str], text: str, choice: tuple[str, ...]) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return self._put(text)
        start, end = self.random.choice(found).span()
        return text[:start] + self.random.choice(choice) + text[end:]

    def _number(self, text: str) -> str:
        return self._swap(NUMBER, text, NUMBERS)

    def _word(self, text: str) -> str:
        return self._swap(WORD, text, self.words)

    def _put(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + self.random.choice((*TEXTS, *NUMBERS)) + text[place:]

    def _cut(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + text[place + self.random.randint(1, 20) :]

    def _end(self, text: str) -> str:
        return text[: self._place(text)] if self.random.random() < 0.3 else self._put(text)

    def _letter(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + chr(self.random.randrange(32, 127)) + text[place + 1 :]

    def _lines(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        if not lines:
            return self._put(text)
        one, other = self.random.randrange(len(lines)), self.random.randrange(len(lines))
        match self.random.randrange(3):
            case 0:
                lines[one], lines[other] = lines[other], lines[one]
            case 1:
                lines.insert(one, lines[other])
            case _:
                del lines[one]
        return "".join(lines)
