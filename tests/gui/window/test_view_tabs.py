"""Which views are redrawn when: each in its turn, none more often than it wants, all in the end."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from momentum_gui.gui.window import view_tabs as views
from momentum_gui.gui.window.view_tabs import Views
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer


class Clock:
    """The time that views see: it goes on when a view is drawn, and when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class Drawn(QWidget):
    """A view that takes a while to draw."""

    title = "view"

    def __init__(self, clock: Clock, seconds: float, pause: float = 0.0) -> None:
        super().__init__()
        self.clock, self.seconds, self.pause = clock, seconds, pause
        self.painting = 1e-9
        self.has_news = False
        self.times: list[float] = []

    def update_view(self) -> None:
        self.times.append(self.clock.now)
        self.clock.now += self.seconds
        self.has_news = False

    def nothing(self, *_: object) -> None:
        """All else that a view is told."""

    begin = set_selected = set_visible_runs = set_moment = apply_theme = nothing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of our own, in which nothing takes time by itself."""
    made = Clock()
    monkeypatch.setattr(views, "time", made)
    monkeypatch.setattr(views, "own_time", made.perf_counter)
    return made


def shown(qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment, **pages: Drawn) -> Views:
    """Three areas with these views in front, with a record."""
    titles = {"surface": "Error surface", "error": "Error", "steps": "Steps"}
    made = {titles[name]: view for name, view in pages.items()}
    monkeypatch.setattr(views.ViewRow, "make", lambda row: made.get(row.title) or Drawn(clock, 0.0))
    together = Views()
    for area in together.areas.values():
        qtbot.addWidget(area)
        area.show()
    trainer = Trainer(xor, "numpy")
    together.begin(trainer.setup, Record(trainer.first_frame()), 0, (True, True))
    return together


def tick(together: Views, clock: Clock, times: int, *, news: Drawn | None = None) -> None:
    """Let the record grow, and the window tick every 16 ms."""
    record = together._record
    assert record is not None
    for _ in range(times):
        began = clock.now
        record.version += 1
        if news is not None:
            news.has_news = True
        together.draw()
        clock.now = max(clock.now, began + 0.016)


def test_a_view_is_drawn_no_more_often_than_it_wants_and_in_the_end(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """Numbers that want a quarter of a second between two redraws get it; until they are drawn, the views are busy."""
    numbers = Drawn(clock, 0.001, pause=0.25)
    together = shown(qtbot, clock, monkeypatch, xor, error=numbers)
    tick(together, clock, 100)
    gaps = [after - before for before, after in zip(numbers.times, numbers.times[1:], strict=False)]
    assert min(gaps) >= 0.25
    assert max(gaps) < 0.29
    assert together.busy
    clock.now += 0.3
    together.draw()
    assert not together.busy
    assert together.draw() is False


def test_drawing_keeps_to_its_budget_and_every_view_gets_its_turn(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """Three views that together take three budgets are drawn equally often, and take a budget a tick."""
    drawn = {name: Drawn(clock, views.BUDGET_SECONDS) for name in ("surface", "error", "steps")}
    together = shown(qtbot, clock, monkeypatch, xor, **drawn)
    tick(together, clock, 300)
    counts = [len(view.times) for view in drawn.values()]
    assert sum(counts) * views.BUDGET_SECONDS == pytest.approx(300 * views.BUDGET_SECONDS, rel=0.1)
    assert max(counts) - min(counts) <= 2


def test_a_view_with_news_goes_first_but_the_others_do_not_starve(
    qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch, xor: Experiment
) -> None:
    """A surface that always has a new picture is drawn most, each of the others about once in a tenth of a second."""
    news, *others = (Drawn(clock, views.BUDGET_SECONDS) for _ in range(3))
    together = shown(qtbot, clock, monkeypatch, xor, surface=news, error=others[0], steps=others[1])
    tick(together, clock, 600, news=news)
    counts = Counter({"news": len(news.times), "error": len(others[0].times), "steps": len(others[1].times)})
    assert counts["news"] > 2 * max(counts["error"], counts["steps"])
    for view in others:
        gaps = [after - before for before, after in zip(view.times[1:], view.times[2:], strict=False)]
        assert max(gaps) < 1.5 * views.PATIENCE_SECONDS
