"""The plots of the window: which there are and where, made when first shown, redrawn when visible and out of date."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QToolButton, QWidget

from momentum_gui.gui.plots.common.base import View
from momentum_gui.gui.style.icons import icon
from momentum_gui.gui.training.thread_priority import own_time
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup

BUDGET_SECONDS = 0.004
"""What drawing may take of a tick of the window's timer, on the average and in this thread's own time: a view that took
more is made up for by the ticks after it, and one that did not get its turn is first at the next."""
NEWS_BUDGET_SECONDS = 0.0055
"""The budget of a tick in which a view has news of its own, as a surface that moves with the training."""
MOST_DEBT = 5 * BUDGET_SECONDS
"""A view that took exceptionally long holds up the others no longer than this."""
PAINTING = 2.5
"""Where a view does not measure its painting, a redraw takes so many times what the view itself took."""
PATIENCE_SECONDS = 0.1
"""A view with news of its own goes before others, unless these have waited for so long."""
SHARE = 0.5
"""The share of the time that one view may take: an expensive one is drawn less often."""


@dataclass(frozen=True)
class ViewRow:
    """One view of the window: to add a view, add a row."""

    area: str
    title: str
    module: str
    name: str

    def make(self) -> QWidget:
        """A new view; its module is loaded now."""
        module = importlib.import_module(f"momentum_gui.gui.plots.{self.module}")
        return cast(QWidget, getattr(module, self.name)())


VIEWS = (
    ViewRow("centre", "Error surface", "surface.view", "SurfaceView"),
    ViewRow("centre", "Sweep", "sweep.view", "SweepView"),
    ViewRow("upper", "Error", "error.view", "ErrorView"),
    ViewRow("upper", "Predictions", "predictions.view", "PredictionsView"),
    ViewRow("upper", "Network", "network.view", "DiagramView"),
    ViewRow("lower", "Steps", "steps.view", "StepsView"),
    ViewRow("lower", "Gains", "gains.view", "GainsView"),
    ViewRow("lower", "One update", "one_update.view", "ArithmeticView"),
    ViewRow("centre", "Theory", "theory.view", "TheoryView"),
)


class Page(QWidget):
    """The place of one view in a tab, empty until the view is first shown. `resized` tells of another size."""

    resized = Signal()

    def __init__(self, row: ViewRow) -> None:
        super().__init__()
        self.row = row
        self.view: QWidget | None = None
        self.drawn = -1  # the version of the record that was drawn last
        self.seconds = 0.0  # what that took of this thread's time
        self.finished = 0.0  # and when it was done
        self.moment: float | None = None  # the moment that the view was last told
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def cost(self) -> float:
        """Seconds that drawing the view takes, the painting after it included."""
        painting: float = getattr(self.view, "painting", 0.0)
        return self.seconds + painting if painting else PAINTING * self.seconds

    @property
    def pause(self) -> float:
        """Seconds that the view wants between two redraws: faster than that nobody can follow it."""
        return getattr(self.view, "pause", 0.0)

    @property
    def has_news(self) -> bool:
        """Whether the view has something to show besides what the record holds."""
        return getattr(self.view, "has_news", False)

    def is_patient(self, now: float) -> bool:
        """Whether the view may wait a little longer."""
        return now - self.finished < PATIENCE_SECONDS

    def make_view(self) -> View:
        """The view, made if need be."""
        if self.view is None:
            self.view = self.row.make()
            self.view.setParent(self)
            self.view.setGeometry(self.rect())
            self.view.show()
        return cast(View, self.view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the view all there is.

        Not by a layout: that would hand on each of the view's wishes for another, which come with every word that
        changes, up to the window, and lay out everything anew.
        """
        super().resizeEvent(event)
        if self.view is not None:
            self.view.setGeometry(self.rect())
            self.drawn = -1
            self.resized.emit()


class Area(QTabWidget):
    """One area of the window: its views in tabs, and a menu for what can be done with the one in front."""

    menu_wanted = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.pages = [Page(row) for row in VIEWS if row.area == name]
        for page in self.pages:
            self.addTab(page, page.row.title)
        self.more = QToolButton()
        self.more.setToolTip("Save this plot or its data")
        self.more.setAccessibleName("Save this plot or its data")
        self.more.clicked.connect(self._want_menu)
        self.setCornerWidget(self.more, Qt.Corner.TopRightCorner)
        self.tabBar().setExpanding(False)
        self.tabBar().setDrawBase(False)
        self.apply_theme()

    @property
    def page(self) -> Page:
        """The page in front."""
        return cast(Page, self.currentWidget())

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        self.more.setIcon(icon("more"))

    @Slot()
    def _want_menu(self) -> None:
        self.menu_wanted.emit(self.name)


class Views(QObject):
    """All views together: what the window tells them goes to those that exist, and to each other one when it is made.

    `made` tells of a new view, so that the window can connect what it has to say; `wanted`, that one should be drawn.
    """

    made = Signal(QWidget)
    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.areas = {name: Area(name) for name in dict.fromkeys(row.area for row in VIEWS)}
        for page in self.pages:
            page.resized.connect(self.wanted)
        self._setup: Setup | None = None
        self._record: Record | None = None
        self._selected = 0
        self._visible: tuple[bool, ...] = ()
        self._moment: float | None = None
        self._debt = 0.0  # seconds that drawing took beyond its budget

    @property
    def pages(self) -> list[Page]:
        """The pages of all areas."""
        return [page for area in self.areas.values() for page in area.pages]

    @property
    def existing(self) -> list[View]:
        """The views made so far."""
        return [cast(View, page.view) for page in self.pages if page.view is not None]

    def of_title(self, title: str) -> View:
        """The view of that title, made if need be."""
        page = next(page for page in self.pages if page.row.title == title)
        return self._made(page)

    def show(self, title: str) -> View:
        """Bring the view of that title to the front, up to date."""
        for area in self.areas.values():
            for page in area.pages:
                if page.row.title == title:
                    area.setCurrentWidget(page)
                    if self._record is not None:
                        self._draw(page)
                    return self._made(page)
        raise KeyError(title)

    def make_all(self) -> list[View]:
        """Every view, made if need be."""
        return [self._made(page) for page in self.pages]

    def begin(self, setup: Setup, record: Record, selected: int, visible: tuple[bool, ...]) -> None:
        """A new training."""
        self._setup, self._record = setup, record
        self._selected, self._visible, self._moment = selected, visible, None
        for page in self.pages:
            page.drawn = -1
            if page.view is not None:
                self._introduce(page)

    @Slot(object)
    def set_setup(self, setup: Setup) -> None:
        """The same problem and network, under an experiment with other settings or starts."""
        self._setup = setup
        for view in self.existing:
            if getattr(view, "setup", None) is not None:
                view.setup = setup  # type: ignore[attr-defined]
        self.mark()

    def set_selected(self, run: int) -> None:
        """Another run is selected."""
        self._selected = run
        for view in self.existing:
            view.set_selected(run)
        self.mark()

    def set_visible_runs(self, visible: tuple[bool, ...]) -> None:
        """Runs are shown or hidden."""
        self._visible = visible
        for view in self.existing:
            view.set_visible_runs(visible)
        self.mark()

    def set_moment(self, epochs: float | None) -> None:
        """Show a moment, at the next redraw; None = the present."""
        if epochs != self._moment:
            self._moment = epochs
            self.mark()

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        for area in self.areas.values():
            area.apply_theme()
        for view in self.existing:
            view.apply_theme()
        self.mark()

    def mark(self) -> None:
        """Let every view be out of date."""
        for page in self.pages:
            page.drawn = -1

    def draw(self) -> bool:
        """Redraw visible views that are out of date, within the budget; whether any is left."""
        if self._record is None:
            return False
        pages = [area.page for area in self.areas.values() if area.page.isVisible()]
        stale = [page for page in pages if page.drawn != self._record.version]
        budget = NEWS_BUDGET_SECONDS if any(page.has_news for page in stale) else BUDGET_SECONDS
        self._debt = max(0.0, self._debt - budget)
        left, drawn = False, 0
        now = time.perf_counter()
        for page in sorted(stale, key=lambda page: (page.is_patient(now) and not page.has_news, page.finished)):
            tired = time.perf_counter() - page.finished < max(page.pause, page.cost * (1 / SHARE - 1))
            fits = self._debt + page.cost <= budget or (drawn == 0 and self._debt < budget / 2)
            if tired or not fits:
                left = True
                continue
            self._draw(page)
            drawn += 1
            self._debt = min(self._debt + page.cost, MOST_DEBT)
        return left

    @property
    def busy(self) -> bool:
        """Whether a view that is seen is out of date, still works on its picture, or is about to."""
        version = None if self._record is None else self._record.version
        seen = [page for page in self.pages if page.isVisible()]
        return any(page.drawn != version or getattr(page.view, "busy", False) for page in seen)

    def draw_all(self) -> None:
        """Redraw every visible view now, whatever it takes."""
        for page in self.pages:
            if page.isVisible():
                self._draw(page)

    def close(self) -> None:
        """Let views end what they do in the background."""
        for page in self.pages:
            if (end := getattr(page.view, "end", None)) is not None:
                end()

    def _draw(self, page: Page) -> None:
        assert self._record is not None
        view = self._made(page)
        began = own_time()
        page.drawn = self._record.version
        if page.moment != self._moment:
            page.moment = self._moment
            view.set_moment(self._moment)
        view.update_view()
        page.finished, page.seconds = time.perf_counter(), own_time() - began

    def _made(self, page: Page) -> View:
        new = page.view is None
        view = page.make_view()
        if new:
            self.made.emit(page.view)
            view.apply_theme()
            self._introduce(page)
        return view

    def _introduce(self, page: Page) -> None:
        view = cast(View, page.view)
        if page.moment is not None:
            page.moment = None
            view.set_moment(None)
        if self._setup is not None and self._record is not None:
            view.begin(self._setup, self._record)
            view.set_selected(self._selected)
            view.set_visible_runs(self._visible)
