"""The compiled engine gives the NumPy engine's numbers, and its own to the last bit however the work is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from momentum_gui.engine import numpy_engine
from momentum_gui.engine.analytic_surfaces import SURFACES, Surface
from momentum_gui.engine.compiled import engine as compiled_engine
from momentum_gui.engine.network import Activation, Loss, Network
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.report import Measure, Report, Span
from momentum_gui.engine.rules import RULES
from momentum_gui.engine.task import Items, SurfaceTask
from tests.engine.problems import Problem, networks, problem_for, problems

few, many = st.integers(1, 4), st.integers(12, 50)
small_batches, all_batches = st.integers(1, 7), st.integers(1, 30)


def assert_same(found: tuple[Population, list[Report]], expected: tuple[Population, list[Report]]) -> None:
    """Every number of two trainings agrees to 1e-12, relative to the largest of its kind."""
    for name in ("weights", "stored", "last_step", "epochs", "outcome"):
        close(getattr(found[0], name), getattr(expected[0], name))
    for mine, theirs in zip(found[1], expected[1], strict=True):
        for name in ("weights", "gradients", "stored"):
            close(getattr(mine, name), getattr(theirs, name))
        for column in Measure:
            close(mine.measures[..., column], theirs.measures[..., column])


def close(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to 1e-12, relative to each number or a thousandth of the largest."""
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=1e-3)
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * min(largest, 1.0))


@settings(max_examples=60)
@given(problem=problems(few, all_batches))
def test_trainings_agree(problem: Problem) -> None:
    """Weights, stored p, measures and traces, for generated networks, rules, batches, orders and frozen weights."""
    assert_same(problem.trained(compiled_engine), problem.trained(numpy_engine))


@settings(max_examples=30)
@given(problem=problems(many, small_batches))
def test_populations_agree(problem: Problem) -> None:
    """The same for populations, whose runs are trained side by side."""
    assert_same(problem.trained(compiled_engine), problem.trained(numpy_engine))


@settings(max_examples=12)
@given(problem=problems(st.integers(1, 17), all_batches, widest=40))
def test_wide_layers_agree(problem: Problem) -> None:
    """The same for layers wider than the lanes."""
    assert_same(problem.trained(compiled_engine), problem.trained(numpy_engine))


def assert_same_bits(found: tuple[Population, list[Report]], expected: tuple[Population, list[Report]]) -> None:
    """The populations are equal to the last bit, and so are the epochs' measures and weights put together."""
    for name in ("weights", "stored", "last_step", "epochs", "outcome"):
        assert_array_equal(getattr(found[0], name), getattr(expected[0], name))
    for name in ("measures", "weights"):
        assert_array_equal(gathered(found[1], name), gathered(expected[1], name))


def gathered(reports: list[Report], name: str) -> np.ndarray:
    """Every row of the reports that is not empty, run by run."""
    longest = max(getattr(report, name).shape[1] for report in reports)
    first = getattr(reports[0], name)
    rows = np.full((first.shape[0], longest, first.shape[2]), np.nan)
    for report in reports:
        part = getattr(report, name)
        known = ~np.isnan(part).all(axis=2)
        rows[:, : part.shape[1]][known] = part[known]
    return rows


@settings(max_examples=60)
@given(problem=problems(st.integers(1, 40), all_batches), data=st.data())
def test_cutting_a_training_into_spans_changes_no_bit(problem: Problem, data: st.DataObject) -> None:
    """Spans of any lengths give the numbers of one long span."""
    places = st.lists(st.integers(1, problem.updates), max_size=4, unique=True)
    cuts = tuple(sorted(data.draw(places)))
    assert_same_bits(problem.trained(compiled_engine, cuts), problem.trained(compiled_engine))


@settings(max_examples=40)
@given(problem=problems(many, small_batches))
def test_a_run_is_the_same_alone_and_in_a_population(problem: Problem) -> None:
    """A cell of a sweep has the bits of the cell trained alone, also where others diverge or reach their targets."""
    problem.learning_rate[::4] *= 1e6
    problem.target_error[1::3] = 0.4
    together = problem.trained(compiled_engine)
    for run in range(len(problem.weights)):
        alone = problem.trained(compiled_engine, runs=slice(run, run + 1))
        assert_array_equal(alone[0].weights[0], together[0].weights[run])
        assert_array_equal(alone[0].outcome[0], together[0].outcome[run])
        assert_array_equal(alone[1][0].measures[0], together[1][0].measures[run])
        assert_array_equal(alone[1][0].gradients[0], together[1][0].gradients[run])


def test_sharing_among_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread or three, and no thread is left."""
    network = Network((4, 7, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    for batch_size in (1, 10):
        problem = problem_for(
            network, seed=1, items=30, batch_size=batch_size, mean=True, frozen=False, runs=50, epochs=2
        )
        monkeypatch.setattr(compiled_engine, "useful_threads", lambda work: 1)
        alone = problem.trained(compiled_engine)
        errors = compiled_engine.task_errors(problem.task, problem.weights)
        monkeypatch.setattr(compiled_engine, "useful_threads", lambda work: 3)
        assert_same_bits(problem.trained(compiled_engine), alone)
        assert_array_equal(compiled_engine.task_errors(problem.task, problem.weights), errors)


def test_a_thousand_updates_of_iris_like_data_agree() -> None:
    """Rounding does not build up: 1e-12 after 1,000 online updates of every rule."""
    network = Network((4, 7, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    problem = problem_for(
        network, seed=3, items=100, batch_size=1, mean=True, frozen=False, runs=5, epochs=10, learning_rate=0.01
    )
    found, expected = problem.trained(compiled_engine)[0], problem.trained(numpy_engine)[0]
    assert_allclose(found.weights, expected.weights, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch_size", [60, 150, 280])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_thousand_updates_by_batches_of_wide_layers_agree(batch_size: int, reduction: str) -> None:
    """Batches of more items than are kept at once, the last one smaller, or all items: 1e-12 after 1,000 updates.

    Cutting the training and sharing its runs among threads change no bit.
    """
    network = Network((11, 40, 19, 10), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    epochs = 1000 // -(-280 // batch_size)
    problem = problem_for(
        network, seed=4, items=280, batch_size=batch_size, mean=reduction == "mean", frozen=False, runs=2,
        epochs=epochs, learning_rate=0.01,
    )  # fmt: skip
    found, expected = problem.trained(compiled_engine), problem.trained(numpy_engine)[0]
    assert_allclose(found[0].weights, expected.weights, rtol=1e-12, atol=1e-12)
    whole = problem.trained(compiled_engine, traced=0)  # traced updates store more than others
    assert_same_bits(problem.trained(compiled_engine, cuts=(1, 333, 997), traced=0), whole)
    assert_same_bits(whole, found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled_engine, "useful_threads", lambda work: 2)
        assert_same_bits(problem.trained(compiled_engine), found)


@pytest.mark.parametrize("batch_size", [1, 7, 10])
def test_a_training_that_ends_within_an_epoch_knows_its_last_step(batch_size: int) -> None:
    """Also where no update is traced: then most steps are not stored."""
    network = Network((4, 7, 3), Activation.TANH, Activation.SOFTMAX, Loss.SQUARED_ERROR)
    problem = problem_for(network, seed=5, items=70, batch_size=batch_size, mean=True, frozen=False, runs=20, epochs=1)
    ends = []
    for engine in (compiled_engine, numpy_engine):
        population, span = problem.population(), Span(problem.orders, 0, 3, problem.measured)
        report = Report.for_span(problem.task, population, span, keep_weights=False, traced=0)
        engine.train(problem.task, population, span, report)
        ends.append(population)
    assert np.abs(ends[1].last_step).min(axis=0).max() > 0.0
    for name in ("weights", "stored", "last_step"):
        close(getattr(ends[0], name), getattr(ends[1], name))


@settings(max_examples=40)
@given(problem=problems(st.integers(1, 8), all_batches), factor=st.sampled_from([1e2, 1e6, 1e12]))
def test_engines_agree_on_what_diverges(problem: Problem, factor: float) -> None:
    """Runs at absurd rates end in the same epoch with the same outcome, and leave the others alone."""
    problem.learning_rate[0] *= factor
    found, reports = problem.trained(compiled_engine)
    expected, theirs = problem.trained(numpy_engine)
    huge = np.abs(expected.weights).max(axis=1, initial=0)
    clear = ~((huge > 1e7) & (huge < 1e9))  # a run within rounding of the limit may fall on either side
    assert_array_equal(found.outcome[clear], expected.outcome[clear])
    assert_array_equal(found.epochs[clear], expected.epochs[clear])
    for run in np.flatnonzero(expected.outcome != Outcome.DIVERGED)[1:]:
        close(found.weights[run], expected.weights[run])
        close(reports[0].measures[run], theirs[0].measures[run])


@settings(max_examples=40)
@given(network=networks(widest=20), seed=st.integers(0, 10**6), count=st.integers(0, 150), runs=st.integers(1, 5))
def test_errors_outputs_and_gradients_agree(network: Network, seed: int, count: int, runs: int) -> None:
    """For any number of weight vectors and items."""
    problem = problem_for(network, seed=seed, items=150, batch_size=1, mean=True, frozen=True, runs=runs, epochs=1)
    items = problem.task.items
    items = Items(items.inputs[:count], items.targets[:count], 0.5)
    weights = 3 * problem.weights
    for found, expected in zip(
        compiled_engine.errors(network, weights, items), numpy_engine.errors(network, weights, items), strict=True
    ):
        assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
    answers = compiled_engine.outputs(network, weights, items.inputs)
    assert_allclose(answers, numpy_engine.outputs(network, weights, items.inputs), rtol=1e-12, atol=1e-14)
    close(compiled_engine.task_gradients(problem.task, weights), numpy_engine.task_gradients(problem.task, weights))


@given(
    surface=st.sampled_from(list(SURFACES.values())),
    rule=st.sampled_from(list(RULES)),
    momentum=st.floats(0, 0.95),
    target=st.sampled_from([0.0, 1.0]),
    cut=st.integers(1, 29),
)
def test_descents_on_surfaces_agree(surface: Surface, rule: str, momentum: float, target: float, cut: int) -> None:
    """On every analytic surface, and in any spans; one that is not built in is left to NumPy."""
    task = SurfaceTask(surface)

    def descend(engine: object, cuts: tuple[int, ...]) -> tuple[Population, list[Report]]:
        start = np.array([surface.start, np.array(surface.start) * 0.9])
        coefficients = np.array([RULES[rule].coefficients(momentum)] * 2)
        population = Population(start, np.array([1e-3, 1e-4]), coefficients, np.full(2, target), np.zeros(2, np.int64))
        reports, first = [], 0
        for last in (*cuts, 30):
            span = Span(np.zeros((1, 30, 1), np.int32), first, last - first, np.arange(30) % 2 == 0)
            reports.append(Report.for_span(task, population, span, keep_weights=True, traced=2))
            engine.train(task, population, span, reports[-1])  # type: ignore[attr-defined]
            first = last
        return population, reports

    whole = descend(compiled_engine, ())
    assert_same(whole, descend(numpy_engine, ()))
    assert_same_bits(descend(compiled_engine, (cut,)), whole)
    points = np.random.default_rng(0).normal(size=(20, 2))
    close(compiled_engine.task_errors(task, points), numpy_engine.task_errors(task, points))
    close(compiled_engine.task_gradients(task, points), numpy_engine.task_gradients(task, points))
