"""Which views are redrawn when: each in its turn, none more often than it wants, all in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from momentum_gui.gui.plots.catalogue import ViewRow
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.state import StateStore, WindowState
from momentum_gui.gui.window import redraw_scheduler as views
from momentum_gui.gui.window.redraw_scheduler import BUDGET_SECONDS, PATIENCE_SECONDS, RedrawScheduler
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer


class Clock:
    """The time that views see: it goes on when a view is drawn, and when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class Drawn(View):
    """A view that takes a while to draw."""

    title = "view"

    def __init__(self, clock: Clock, seconds: float, pause: float = 0.0) -> None:
        super().__init__()
        self.clock, self.seconds, self.pause = clock, seconds, pause  # type: ignore[misc]
        self.news = False
        self.times: list[float] = []

    @property
    def painting(self) -> float:
        return 1e-9

    @property
    def has_news(self) -> bool:
        return self.news

    def redraw(self) -> None:
        self.times.append(self.clock.now)
        self.clock.now += self.seconds
        self.news = False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of our own, in which nothing takes time by itself."""
    made = Clock()
    monkeypatch.setattr(views, "time", made)
    monkeypatch.setattr(views, "own_time", made.perf_counter)
    return made


@dataclass
class Shown:
    """A scheduler of three areas, and the state that they show."""

    store: StateStore
    scheduler: RedrawScheduler
    clock: Clock

    def tick(self, times: int, *, news: Drawn | None = None) -> None:
        """Let the record grow, and the window tick every 16 ms."""
        record = self.store.current.record
        assert record is not None
        for _ in range(times):
            began = self.clock.now
            record.version += 1
            if news is not None:
                news.news = True
            self.scheduler.draw()
            self.clock.now = max(self.clock.now, began + 0.016)


def shown(qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment, **pages: Drawn) -> Shown:
    """Three areas with these views in front, with a record."""
    titles = {"surface": "Error surface", "error": "Error", "steps": "Steps"}
    made = {titles[name]: view for name, view in pages.items()}
    monkeypatch.setattr(ViewRow, "make", lambda row: made.get(row.title) or Drawn(clock, 0.0))
    store = StateStore(xor)
    together = RedrawScheduler(store)
    for area in together.areas.values():
        qtbot.addWidget(area)
        area.show()
    trainer = Trainer(xor, "numpy")
    state = WindowState.of_record(trainer.setup, Record(trainer.first_frame()))
    store.update(training=state.training, visible=state.visible)
    for view in made.values():
        view.times.clear()
    return Shown(store, together, clock)


def test_a_view_is_drawn_no_more_often_than_it_wants_and_in_the_end(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """Numbers that want a quarter of a second between two redraws get it; until they are drawn, the views are busy."""
    numbers = Drawn(clock, 0.001, pause=0.25)
    together = shown(qtbot, clock, monkeypatch, xor, error=numbers)
    together.tick(100)
    gaps = [after - before for before, after in zip(numbers.times, numbers.times[1:], strict=False)]
    assert min(gaps) >= 0.25
    assert max(gaps) < 0.29
    assert together.scheduler.busy
    clock.now += 0.3
    together.scheduler.draw()
    assert not together.scheduler.busy
    assert together.scheduler.draw() is False


def test_drawing_keeps_to_its_budget_and_every_view_gets_its_turn(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """Three views that together take three budgets are drawn equally often, and take a budget a tick."""
    drawn = {name: Drawn(clock, BUDGET_SECONDS) for name in ("surface", "error", "steps")}
    together = shown(qtbot, clock, monkeypatch, xor, **drawn)
    together.tick(300)
    counts = [len(view.times) for view in drawn.values()]
    assert sum(counts) * BUDGET_SECONDS == pytest.approx(300 * BUDGET_SECONDS, rel=0.1)
    assert max(counts) - min(counts) <= 2


def test_a_view_with_news_goes_first_but_the_others_do_not_starve(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """A surface that always has a new picture is drawn most, each of the others about once in a tenth of a second."""
    news, *others = (Drawn(clock, BUDGET_SECONDS) for _ in range(3))
    together = shown(qtbot, clock, monkeypatch, xor, surface=news, error=others[0], steps=others[1])
    together.tick(600, news=news)
    counts = Counter({"news": len(news.times), "error": len(others[0].times), "steps": len(others[1].times)})
    assert counts["news"] > 2 * max(counts["error"], counts["steps"])
    for view in others:
        gaps = [after - before for before, after in zip(view.times[1:], view.times[2:], strict=False)]
        assert max(gaps) < 1.5 * PATIENCE_SECONDS
