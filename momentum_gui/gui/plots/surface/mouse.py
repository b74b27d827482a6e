"""The mouse on the surface: what is under it is said, a click or the dragged marker chooses a start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Signal, Slot
from PySide6.QtWidgets import QLabel, QStackedWidget

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.surface.start import Clicks, StartMarker

WordsAt = Callable[[float, float], str]


class SurfaceMouse(QObject):
    """Watches a plot's mouse and the start's marker. `chosen` carries the place of a start, and whether Shift was held.

    While the mouse is on the surface, what is there (`words_at`; "" outside it) is said in place of the key to the
    arrows: `line` shows the one or the other.
    """

    chosen = Signal(object, bool)

    def __init__(self, plot: Plot, marker: StartMarker, key: QLabel, read_out: QLabel, words_at: WordsAt) -> None:
        super().__init__(plot)
        self.marker, self.clicks = marker, Clicks(plot)
        self.line = QStackedWidget()
        self._key, self._read_out, self._words_at = key, read_out, words_at
        self.line.addWidget(key)
        self.line.addWidget(read_out)
        self.line.setFixedHeight(key.fontMetrics().lineSpacing() + 4)
        plot.hovered.connect(self._hovered)
        self.clicks.clicked.connect(self.chosen)
        self.marker.dropped.connect(self.chosen)
        self.marker.dropped.connect(self._dropped)
        self.marker.sigPositionChanged.connect(self._dragged)

    @Slot(object)
    def _hovered(self, place: QPointF | None) -> None:
        words = "" if place is None else self._words_at(place.x(), place.y())
        self._read_out.setText(words)
        self.line.setCurrentWidget(self._read_out if words else self._key)

    @Slot()
    def _dragged(self) -> None:
        place = self.marker.pos()
        words = self._words_at(place.x(), place.y())
        self._read_out.setText(f"start at {words}" if words else "start off the picture")
        self.line.setCurrentWidget(self._read_out)

    @Slot()
    def _dropped(self) -> None:
        """What was said of the place belongs to the training before."""
        self._hovered(None)
