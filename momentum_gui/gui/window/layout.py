"""Where things are in the window: settings left, plots in the middle and right, timeline and runs below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from momentum_gui.gui.panels.runs import RunsPanel
from momentum_gui.gui.panels.settings import SettingsPanel
from momentum_gui.gui.panels.timeline import Timeline
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.gui.window.view_tabs import Area

SIZE = (1440, 900)
HANDLE = 7
SMALLEST_AREA = (200, 140)
WIDEST_SETTINGS = 360
FEWEST_ROWS, MOST_ROWS = 3, 6
LOW = 560
"""In a lower window, in pixels, the runs have two rows at first."""
CENTRE, RIGHT = 14, 11  # the shares of surface and curves in what the settings leave
UPPER, LOWER = 11, 9


class Arrangement:
    """The splitters of the window, and how they share out its size."""

    def __init__(
        self,
        window: QMainWindow,
        areas: dict[str, Area],
        settings: SettingsPanel,
        timeline: Timeline,
        runs: RunsPanel,
    ) -> None:
        self._settings, self._timeline, self._runs = settings, timeline, runs
        # From the outside in: a widget with its children that gets a parent has all its styles computed again.
        whole = QSplitter(Qt.Orientation.Horizontal)
        window.setCentralWidget(whole)
        whole.addWidget(settings)
        middle = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(middle)
        plots = QSplitter(Qt.Orientation.Horizontal)
        middle.addWidget(plots)
        plots.addWidget(areas["centre"])
        right = QSplitter(Qt.Orientation.Vertical)
        plots.addWidget(right)
        right.addWidget(areas["upper"])
        right.addWidget(areas["lower"])
        below = QWidget()
        middle.addWidget(below)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(timeline)
        column.addWidget(runs, 1)
        for area in areas.values():
            area.setMinimumSize(*SMALLEST_AREA)
        for splitter, shares in ((plots, (CENTRE, RIGHT)), (middle, (1, 0)), (whole, (0, 1))):
            for index, share in enumerate(shares):
                splitter.setStretchFactor(index, share)
        self.splitters = {"whole": whole, "middle": middle, "plots": plots, "right": right}
        for splitter in self.splitters.values():
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(HANDLE)
        window.resize(*SIZE)

    def recall(self, memory: Memory) -> bool:
        """Share out the window's size as it was left; False where nothing is remembered."""
        states = {name: memory.bytes_of(f"splitter/{name}") for name in self.splitters}
        known = {name: splitter for name, splitter in self.splitters.items() if states[name]}
        return bool(known) and all(splitter.restoreState(states[name]) for name, splitter in known.items())

    def remember(self, memory: Memory) -> None:
        """Remember how the window's size is shared out."""
        for name, splitter in self.splitters.items():
            memory.keep_bytes(f"splitter/{name}", splitter.saveState())

    def share_out(self, width: int, runs: int) -> None:
        """Share out a window of this width as fits an experiment of that many runs."""
        height = self.splitters["whole"].height()
        left = max(self._settings.minimumWidth(), min(WIDEST_SETTINGS, width // 5))
        least = FEWEST_ROWS if height > LOW else 1
        rows = min(max(runs, least), MOST_ROWS if height > 800 else MOST_ROWS - 2 if height > LOW else 2)
        below = self._timeline.sizeHint().height() + self._runs.height_for(rows)
        across, down = width - left, height - below
        self.splitters["whole"].setSizes([left, across])
        self.splitters["middle"].setSizes([down, below])
        self.splitters["plots"].setSizes([across * share // (CENTRE + RIGHT) for share in (CENTRE, RIGHT)])
        self.splitters["right"].setSizes([down * share // (UPPER + LOWER) for share in (UPPER, LOWER)])
