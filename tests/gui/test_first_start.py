"""The first start: NumPy trains while the compiled engine is compiled, which then takes the training over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from msgspec.structs import replace

from momentum_gui.engine.compiled import warm_up as compiled_start
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.conftest import MakeSession, take_until


class Compilation:
    """A compilation that takes until it is told to end, and then has succeeded unless it is told otherwise."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.is_cancelled, self.succeeds = False, True
        under_way.append(self)

    def wait(self) -> bool:
        return self.ended.wait(60) and self.succeeds

    def cancel(self) -> None:
        self.is_cancelled = True
        self.ended.set()


under_way: list[Compilation] = []


@pytest.fixture(autouse=True)
def first_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is compiled yet, as far as the program knows."""
    compiled_start.prepare()
    under_way.clear()
    monkeypatch.setattr(compiled_start, "is_first_time", lambda: not any(each.ended.is_set() for each in under_way))
    monkeypatch.setattr(compiled_start, "Compilation", Compilation)
    yield
    for each in under_way:
        each.ended.set()


def compiled(session: Session) -> None:
    """Let the compilation end, and the compiled engine take over."""
    wait_until(lambda: bool(under_way), "something is compiled")
    under_way[0].ended.set()
    take_until(session, lambda: session.engine == "compiled", "the compiled engine trains")


def test_nobody_waits_for_the_compilation(make_session: MakeSession, xor: Experiment) -> None:
    """Meanwhile NumPy trains, forwards and backwards; then the compiled engine stands where it stood, bit for bit."""
    session = make_session(xor, engine="auto")
    words: list[tuple[str, bool]] = []
    session.entered.connect(lambda state, text, stays: words.append((text, stays)))
    assert session.engine == "numpy"
    session.step(7)
    session.step_epoch()
    take_until(session, lambda: session.record is not None and session.record.latest.position == 8, "two epochs")
    session.change((1,), momentum=0.8)
    session.step(3)
    take_until(session, lambda: session.record is not None and session.record.latest.position == 11, "three more")
    experiment = session.experiment
    assert session.engine == "numpy"
    compiled(session)
    take_until(session, lambda: session.record is not None and session.record.latest.position == 11, "the same place")
    assert ("The compiled engine trains now.", False) in words
    assert session.experiment == experiment
    assert session.settings[1].momentum == 0.8
    twin = Trainer(xor, "compiled")
    twin.advance(8)
    twin.change(1, momentum=0.8)
    frame = twin.advance(3)
    assert session.record is not None
    for run, expected in zip(session.record.latest.runs, frame.runs, strict=True):
        assert np.array_equal(run.weights, expected.weights)
    session.step(1)
    take_until(session, lambda: session.record is not None and session.record.latest.position == 12, "it goes on")
    assert np.array_equal(session.record.latest.runs[0].weights, twin.advance(1).runs[0].weights)


def test_a_training_under_way_goes_on(make_session: MakeSession, xor: Experiment) -> None:
    """A run that NumPy began is trained again by the compiled engine, and goes on without a pause."""
    session = make_session(xor, engine="auto")
    session.pace.updates_per_second = 200.0
    session.run()
    take_until(session, lambda: session.record is not None and session.record.latest.position > 10, "it trains")
    compiled(session)
    take_until(session, lambda: session.state is Activity.FINISHED, "it trains to the end")
    assert session.record is not None
    twin = Trainer(xor, "compiled").advance(1000)
    for run, expected in zip(session.record.latest.runs, twin.runs, strict=True):
        assert np.array_equal(run.weights, expected.weights)
    whole = session.record.runs[0].measures.position % 1 == 0
    assert np.array_equal(session.record.runs[0].measures.position[whole], np.arange(41.0))


def test_at_the_start_the_engine_is_just_another(make_session: MakeSession, xor: Experiment) -> None:
    """Where nothing was trained, nothing is trained again; another experiment does not compile again."""
    session = make_session(xor, engine="auto")
    session.load(xor)
    take_until(session, lambda: session.state is Activity.READY, "it is ready")
    compiled(session)
    assert session.state is Activity.READY
    assert session.record is not None
    assert session.record.latest.position == 0
    assert len(under_way) == 1


def test_closing_gives_the_compilation_up(make_session: MakeSession, xor: Experiment) -> None:
    """A session that is closed meanwhile ends at once, and what compiles is told to end."""
    session = make_session(xor, engine="auto")
    wait_until(lambda: bool(under_way), "something is compiled")
    session.close()
    wait_until(lambda: session.is_closed, "it is closed", 10.0)
    assert under_way[0].is_cancelled


def test_an_order_in_the_middle_of_it_finds_the_training_where_it_stood(
    make_session: MakeSession, xor: Experiment
) -> None:
    """A step, a step back or a change that comes while it is trained again is carried out at its place."""
    trained = replace(xor, training=replace(xor.training, epochs=20_000))
    orders: dict[str, tuple[Callable[[Session], None], int]] = {
        "step": (lambda session: session.step(1), 3001),
        "back": (lambda session: session.step_back(1), 2999),
        "change": (lambda session: session.change((1,), learning_rate=0.2), 3000),
    }
    for name, (order, expected) in orders.items():
        under_way.clear()
        session = make_session(trained, engine="auto")
        session.step(3000)
        take_until(session, lambda session=session: standing(session) == 3000, "it stands", 60.0)
        under_way[0].ended.set()
        wait_until(lambda session=session: "Restarted" in waiting(session), "it is taken over", 20.0)
        order(session)
        told: list[Experiment] = []
        session.ask_experiment(told.append)
        take_until(session, lambda told=told: bool(told), f"{name} is carried out", 60.0)
        assert (name, standing(session), session.engine) == (name, expected, "compiled")
        changes = told[0].runs[1].training.change
        assert [change.update for change in changes] == ([3000] if name == "change" else [])


def standing(session: Session) -> int:
    """Where the training stands, as far as the window knows."""
    return -1 if session.record is None else session.record.latest.position


def waiting(session: Session) -> list[str]:
    """What the worker has delivered and nobody has taken in yet."""
    return [type(delivery).__name__ for delivery in session.waiting]


def test_where_it_cannot_be_compiled_numpy_goes_on(make_session: MakeSession, xor: Experiment) -> None:
    """It is said, nothing is compiled in the window's own process, and the next order is answered."""
    session = make_session(xor, engine="auto")
    words: list[str] = []
    session.entered.connect(lambda state, text, stays: words.append(text))
    session.step(7)
    take_until(session, lambda: standing(session) == 7, "seven updates")
    under_way[0].succeeds = False
    under_way[0].ended.set()
    take_until(session, lambda: any("NumPy trains instead" in text for text in words), "it is told")
    session.step(1)
    take_until(session, lambda: standing(session) == 8, "one more")
    assert session.engine == "numpy"
    assert len(under_way) == 1
