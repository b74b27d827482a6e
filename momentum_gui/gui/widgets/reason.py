"""What can be used only at times says why not, in its tooltip."""

from __future__ import annotations

from typing import Protocol


class Usable(Protocol):
    """An action or a widget."""

    def isEnabled(self) -> bool: ...
    def setEnabled(self, enabled: bool, /) -> None: ...
    def toolTip(self) -> str: ...
    def setToolTip(self, text: str, /) -> None: ...


def allow(thing: Usable, possible: bool, tip: str, reason: str) -> None:
    """Enable something with its tooltip, or disable it with the reason below the tooltip."""
    wanted = tip if possible else f"{tip}\n{reason}"
    if thing.isEnabled() != possible:
        thing.setEnabled(possible)
    if thing.toolTip() != wanted:
        thing.setToolTip(wanted)
