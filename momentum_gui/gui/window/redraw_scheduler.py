"""Redraws the views that are visible and out of date, within what a tick of the window's timer may take."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from momentum_gui.gui.plots.catalogue import VIEWS
from momentum_gui.gui.plots.common.view import NOTHING, View
from momentum_gui.gui.state import StateStore, WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.thread_priority import own_time
from momentum_gui.gui.window.keyboard import chain
from momentum_gui.gui.window.view_tabs import Area, Page

BUDGET_SECONDS = 0.004
"""What drawing may take of a tick, on average and in this thread's own time. Overruns are charged to later ticks, and a
view that did not get its turn is the first at the next tick."""
NEWS_BUDGET_SECONDS = 0.0055
"""The budget of a tick in which a view has news of its own, as a surface that moves with the training."""
MOST_DEBT = 5 * BUDGET_SECONDS
"""A view that took exceptionally long holds up the others no longer than this."""
PAINTING = 2.5
"""Where a view does not measure its painting, drawing it takes this many times what its redraw took."""
PATIENCE_SECONDS = 0.1
"""A view with news of its own goes before others, unless these have waited for this long."""
SHARE = 0.5
"""The share of the time that one view may take: an expensive one is drawn less often."""


@dataclass
class Drawn:
    """What was last drawn of a page, when, and what it took."""

    state: WindowState = NOTHING
    version: int = -1  # of the record
    theme: str = ""
    seconds: float = 0.0
    finished: float = 0.0

    def cost(self, view: View | None) -> float:
        """Return the seconds that drawing takes, the painting after it included."""
        painting = 0.0 if view is None else view.painting
        return self.seconds + painting if painting else PAINTING * self.seconds


class RedrawScheduler(QObject):
    """All views in their areas. `made` carries each new view, so that the window can connect it."""

    made = Signal(object)
    wanted = Signal()  # a view is out of date

    def __init__(self, store: StateStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.areas = {name: Area(name) for name in dict.fromkeys(row.area for row in VIEWS)}
        self._drawn = {page: Drawn() for page in self.pages}
        self._debt = 0.0  # seconds that drawing took beyond its budget
        for page in self.pages:
            page.resized.connect(self._resized)

    @property
    def pages(self) -> list[Page]:
        """The pages of all areas."""
        return [page for area in self.areas.values() for page in area.pages]

    @property
    def existing(self) -> list[View]:
        """The views made so far."""
        return [page.view for page in self.pages if page.view is not None]

    @property
    def titles(self) -> list[str]:
        """The titles of all views."""
        return [page.row.title for page in self.pages]

    def of_title(self, title: str) -> View:
        """Return the view of that title, up to date, wherever it is. Raises KeyError."""
        page = self._page(title)
        self._draw(page)
        return self._made(page)

    def show(self, title: str) -> View:
        """Bring the view of that title to the front, up to date. Raises KeyError."""
        page = self._page(title)
        self.areas[page.row.area].setCurrentWidget(page)
        self._draw(page)
        return self._made(page)

    def bring_forward(self, titles: list[str]) -> None:
        """Bring views to the front of their areas, each drawn at its next turn."""
        for title in titles:
            page = self._page(title)
            self.areas[page.row.area].setCurrentWidget(page)

    def draw(self) -> bool:
        """Redraw visible views that are out of date, within the budget; whether any is left."""
        stale = [area.page for area in self.areas.values() if area.page.isVisible() and self._is_stale(area.page)]
        budget = NEWS_BUDGET_SECONDS if any(page.view and page.view.has_news for page in stale) else BUDGET_SECONDS
        self._debt = max(0.0, self._debt - budget)
        left, drawn = False, 0
        now = time.perf_counter()
        for page in sorted(stale, key=lambda page: self._turn(page, now)):
            before = self._drawn[page]
            cost, pause = before.cost(page.view), 0.0 if page.view is None else page.view.pause
            tired = time.perf_counter() - before.finished < max(pause, cost * (1 / SHARE - 1))
            fits = self._debt + cost <= budget or (drawn == 0 and self._debt < budget / 2)
            if tired or not fits:
                left = True
                continue
            self._draw(page)
            drawn += 1
            self._debt = min(self._debt + self._drawn[page].cost(page.view), MOST_DEBT)
        return left

    def draw_all(self) -> None:
        """Redraw every visible view now, whatever it takes."""
        for page in self.pages:
            if page.isVisible():
                self._draw(page)

    @property
    def busy(self) -> bool:
        """Whether a visible view is out of date, still works on its picture, or is about to."""
        seen = [page for page in self.pages if page.isVisible()]
        return any(self._is_stale(page) or (page.view is not None and page.view.busy) for page in seen)

    def apply_theme(self) -> None:
        """Take on the theme's colours: visible views now, the others when they are next drawn."""
        for area in self.areas.values():
            area.apply_theme()
        self.draw_all()

    def end(self) -> None:
        """Let views end what they do in the background."""
        for view in self.existing:
            view.end()

    def _page(self, title: str) -> Page:
        for page in self.pages:
            if page.row.title == title:
                return page
        raise KeyError(title)

    def _is_stale(self, page: Page) -> bool:
        """Return whether a page shows another state than the present one, or not all of its record."""
        state, drawn = self._store.current, self._drawn[page]
        if state.record is None:
            return False
        return drawn.state is not state or drawn.version != state.record.version or drawn.theme != theme.current().name

    def _turn(self, page: Page, now: float) -> tuple[bool, float]:
        """Return what pages are drawn in the order of: news first, then the one that has waited longest."""
        finished = self._drawn[page].finished
        has_news = page.view is not None and page.view.has_news
        return now - finished < PATIENCE_SECONDS and not has_news, finished

    def _draw(self, page: Page) -> None:
        state = self._store.current
        if state.record is None:
            return
        view, drawn = self._made(page), self._drawn[page]
        began, colors = own_time(), theme.current().name
        if drawn.theme != colors:
            drawn.theme = colors
            view.apply_theme()
        drawn.state, drawn.version = state, state.record.version
        view.show_state(state)
        drawn.finished, drawn.seconds = time.perf_counter(), own_time() - began

    def _made(self, page: Page) -> View:
        if page.view is not None:
            return page.view
        view = page.make_view()
        chain(self.areas[page.row.area].more, view)
        view.apply_theme()
        self._drawn[page].theme = theme.current().name
        self.made.emit(view)
        return view

    @Slot()
    def _resized(self) -> None:
        page = self.sender()
        if isinstance(page, Page):
            self._drawn[page].version = -1
            self.wanted.emit()
