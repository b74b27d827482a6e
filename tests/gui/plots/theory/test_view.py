"""The theory view: curvatures of the real network, gauges, map, best settings, and the run of equal effective rate."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from momentum_gui.engine.analysis.batch_curvature import batch_curvature
from momentum_gui.engine.analysis.convergence import Regime, best_settings, gauge, predicted_rate
from momentum_gui.engine.analysis.curvature import curvatures, sharpness
from momentum_gui.engine.analysis.mean_square import mean_square_bound
from momentum_gui.engine.interface import choose
from momentum_gui.engine.rules import RULES, stability_bound
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.theory.chart import middle
from momentum_gui.gui.plots.theory.sharpness import bound_line
from momentum_gui.gui.plots.theory.view import TheoryView
from momentum_gui.gui.plots.theory.words import rate_text
from momentum_gui.gui.plots.theory.work import measured_rate, range_of
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import living_threads, wait_until
from tests.gui.plots.showing import begin, select, show_runs, update


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TheoryView]:
    if not theme.is_set() or theme.current().name != "light":  # costs as much as there are widgets
        theme.set_theme("light")
    view = TheoryView()
    qtbot.addWidget(view)
    view.resize(600, 500)
    yield view
    view.end()


def ravine(updates: int) -> tuple[Trainer, Record]:
    """Three runs in the ravine with curvatures 0.2 and 4, one of them beyond its bound."""
    table = {
        "problem": {"surface": "ravine", "start": [-5.0, -2.0], "parameters": [0.2, 4.0]},
        "training": {"epochs": 1000, "learning_rate": 0.4},
        "run": [
            {"name": "plain", "rule": "plain"},
            {"name": "heavy", "rule": "heavy-ball", "momentum": 0.5},
            {"name": "wild", "rule": "plain", "learning_rate": 0.6},
        ],
    }
    return begun(table, updates)


def network(updates: int, **training: object) -> tuple[Trainer, Record]:
    """Two runs of a small network on XOR."""
    table = {
        "problem": {"dataset": "xor"},
        "network": {"hidden": [2], "output_activation": "logistic"},
        "training": {"epochs": 1000, "learning_rate": 0.5, "seed": 1, **training},
        "run": [{"name": "source"}, {"name": "heavy", "rule": "heavy-ball", "momentum": 0.9}],
    }
    return begun(table, updates)


def begun(table: dict[str, object], updates: int) -> tuple[Trainer, Record]:
    trainer = Trainer(Experiment.from_table(table, "test"), "numpy")
    record = Record(trainer.first_frame())
    for _ in range(updates):
        record.extend(trainer.advance(1))
    return trainer, record


def show(view: TheoryView, trainer: Trainer, record: Record, selected: int = 0) -> None:
    """Show a training and wait until its curvatures are measured."""
    begin(view, trainer.setup, record)
    select(view, selected)
    wait_until(lambda: not view.busy and bool(view.found), "the curvatures are measured", 20.0)


def test_gauges_stand_at_lr_times_the_curvature_of_the_surface(view: TheoryView) -> None:
    """In the ravine λmax is 4: plain at 0.4 stands at 1.6 of 2, the heavy ball at 1.6 of 3, 0.6 is over the bound."""
    trainer, record = ravine(10)
    show(view, trainer, record)
    for row, x, momentum_rule in zip(
        view.gauges.rows, (1.6, 1.6, 2.4), (("plain", 0.0), ("heavy-ball", 0.5), ("plain", 0.0)), strict=True
    ):
        bound = stability_bound(RULES[momentum_rule[0]].coefficients(momentum_rule[1]))
        assert row.gauge is not None
        assert row.gauge.curvature_rate == pytest.approx(x, rel=1e-3)
        assert row.gauge.bound == bound
    assert [row.color for row in view.gauges.rows] == ["good", "good", "bad"]
    assert "over the bound" in view.gauges.rows[2].words
    assert view.gauges.accessibleDescription().count(";") == 2


def test_the_curvature_is_the_real_network_s_at_its_present_weights(view: TheoryView) -> None:
    """After training each run's gauge is that of engine.curvature at that run's weights, summed batches included."""
    trainer, record = network(50, batch_size=2, reduction="sum")
    show(view, trainer, record, selected=1)
    engine = choose("numpy")
    for number, run in enumerate(record.runs):
        task = trainer.setup.task(trainer.setup.experiment.runs[number].training)
        found = curvatures(engine, task, run.latest.weights)
        assert found is not None
        coefficients = RULES[run.latest.rule].coefficients(run.latest.momentum)
        expected = gauge(coefficients, run.latest.learning_rate, found.largest, 2.0)
        got = view.gauges.rows[number].gauge
        assert got is not None
        assert got.curvature_rate == pytest.approx(expected.curvature_rate, rel=1e-9)


def test_curvatures_follow_the_weights_and_the_last_ones_are_measured(view: TheoryView) -> None:
    """While updates come the measuring is held back, but what is shown in the end belongs to the last weights."""
    trainer, record = network(5)
    show(view, trainer, record)
    before = view.found[0].largest
    for _ in range(30):
        record.extend(trainer.advance(20))
        update(view)
    wait_until(lambda: not view.busy, "the last curvatures are measured", 20.0)
    task = trainer.setup.task(trainer.setup.experiment.runs[0].training)
    expected = curvatures(choose("numpy"), task, record.runs[0].latest.weights)
    assert expected is not None
    assert view.found[0].largest == pytest.approx(expected.largest, rel=1e-9)
    assert view.found[0].largest != before


@pytest.mark.parametrize("rule", list(RULES))
def test_the_map_and_its_read_out_are_theory_s(view: TheoryView, rule: str) -> None:
    """For each rule: the cells are predicted rates, the star is the best setting, pointing reads them out."""
    trainer, record = ravine(10)
    show(view, trainer, record)
    view.rule.setCurrentIndex(view.rule.findData(rule))
    view._rule_chosen(0)
    wait_until(lambda: not view.busy, "the map is drawn", 20.0)
    assert view.range is not None
    low, high = view.range[:2]
    assert (low, high) == pytest.approx((0.2, 4.0), rel=1e-3)
    best = best_settings(RULES[rule], low, high)
    assert view.best == best
    star = view.map._star.data
    assert star["x"][0] == pytest.approx(math.log10(best.learning_rate))
    assert star["y"][0] == best.momentum
    drawn = view.map.chart
    assert drawn is not None
    for at in (0, 30, 90):
        for column in (10, 120, 190):
            coefficients = RULES[rule].coefficients(float(drawn.momenta[at]))
            rate, regime = predicted_rate(coefficients, float(drawn.rates[column]), low, high)
            assert drawn.map.rates[at, column] == pytest.approx(rate)
            assert Regime(int(drawn.map.regimes[at, column])) is regime
    view._hovered(QPointF(math.log10(0.4), 0.5))
    rate, regime = predicted_rate(RULES[rule].coefficients(0.5), 0.4, low, high)
    text = view.detail.text()
    assert text.startswith("rate 0.4, momentum 0.5: ")
    assert rate_text(rate) in text
    assert regime.name.lower() in text
    assert ("halves in" in text) == (rate < 1)


def test_dots_stand_at_the_settings_of_the_visible_runs(view: TheoryView) -> None:
    """A dot for each visible run, at its rate and momentum, the selected on top; hidden runs have neither dot
    nor gauge."""
    trainer, record = ravine(3)
    show(view, trainer, record, selected=1)
    spots = view.map._dots.data
    assert list(spots["x"]) == pytest.approx([math.log10(rate) for rate in (0.4, 0.6, 0.4)])
    assert list(spots["y"]) == [0.0, 0.0, 0.5]
    show_runs(view, (False, True, False))
    assert list(view.map._dots.data["y"]) == [0.5]
    assert [row.name for row in view.gauges.rows] == ["heavy"]


def test_predicted_and_measured_rates_agree_in_a_ravine(view: TheoryView) -> None:
    """On a quadratic the gradient falls by the rate that theory predicts, and the words say both."""
    trainer, record = ravine(60)
    show(view, trainer, record)
    assert view.range is not None
    predicted, _ = predicted_rate(RULES["plain"].coefficients(0.0), 0.4, *view.range[:2])
    assert measured_rate(record.runs[0]) == pytest.approx(predicted, rel=1e-3)
    assert f"predicted {rate_text(predicted)}" in view.words.text()
    assert "measured 0.92" in view.words.text()


def test_own_curvatures_replace_the_measured_ones_until_asked_back(view: TheoryView, qtbot: QtBot) -> None:
    """Numbers typed in make the map; what is not allowed is marked and changes nothing; the button brings them back."""
    trainer, record = ravine(3)
    show(view, trainer, record)
    view.highest.clear()
    qtbot.keyClicks(view.highest, "8")
    assert not view.measure_button.isChecked()
    assert view.range == (pytest.approx(0.2, rel=1e-3), 8.0, "")
    wait_until(lambda: not view.busy, "the map is drawn", 20.0)
    assert view.best == best_settings(RULES["plain"], view.range[0], 8.0)
    view.lowest.clear()
    qtbot.keyClicks(view.lowest, "-1")
    assert view.lowest.property("refused")
    assert view.range == (pytest.approx(0.2, rel=1e-3), 8.0, "")
    view.measure_button.click()
    wait_until(lambda: not view.busy, "the curvatures are measured", 20.0)
    assert view.range[1] == pytest.approx(4.0, rel=1e-3)
    assert not view.lowest.property("refused")


def test_where_the_error_bends_downwards_the_map_says_what_it_takes_instead(view: TheoryView) -> None:
    """A network at its start has negative curvatures: the map takes the least usable one, and says so."""
    trainer, record = network(2)
    show(view, trainer, record)
    found = view.found[0]
    assert found.smallest < 0
    assert found.eigenvalues is not None
    taken = range_of(found)
    assert taken is not None
    assert taken[0] > 0
    assert "downwards" in view.words.text()


def test_equal_effective_rate_is_asked_for_at_a_click(view: TheoryView, qtbot: QtBot) -> None:
    """One click asks for it, for the selected run."""
    trainer, record = network(5)
    show(view, trainer, record, selected=1)
    with qtbot.waitSignal(view.equal_rate_wanted) as asked:
        view.equal.click()
    assert asked.args == [1]


def test_closing_ends_the_measuring(view: TheoryView) -> None:
    """A view closed in the middle of a measurement leaves no thread, and starts none afterwards."""
    threads = living_threads()
    trainer, record = network(5)
    begin(view, trainer.setup, record)
    view.end()
    assert living_threads() == threads
    record.extend(trainer.advance(1))
    update(view)
    assert living_threads() == threads


def test_a_diverged_run_is_told_of_and_does_no_harm(view: TheoryView) -> None:
    """Weights that are not finite have no curvature: the gauge says so, the map stays usable."""
    trainer, record = ravine(3)
    for _ in range(200):
        record.extend(trainer.advance(50))
    show(view, trainer, record, selected=2)
    assert view.summary()
    assert view.map.chart is not None
    assert np.isfinite(view.map.chart.rates).all()


def test_a_name_stands_in_the_middle_of_its_region() -> None:
    """The place of a region's name lies inside it, far from its edge; a sliver has no name."""
    inside = np.zeros((60, 80), dtype=np.bool_)
    inside[10:50, 20:70] = True
    place = middle(inside)
    assert place is not None
    assert abs(place[0] - 29.5) < 3
    assert abs(place[1] - 44.5) < 6
    sliver = np.zeros_like(inside)
    sliver[:, 30:34] = True
    assert middle(sliver) is None


def iris(updates: int, **training: object) -> tuple[Trainer, Record]:
    """Return the Iris network, which is trained online unless `training` says otherwise."""
    table = {
        "problem": {"dataset": "iris", "scale": "standard", "test_fraction": 0.2},
        "network": {"hidden": [5], "loss": "squared_error_elementwise"},
        "training": {"rule": "one-step", "learning_rate": 0.05, "epochs": 50, "seed": 3, **training},
    }
    trainer = Trainer(Experiment.from_table(table, "test"), "auto")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance(updates))
    return trainer, record


def test_online_the_bound_is_that_of_the_mean_square(view: TheoryView) -> None:
    """Single items differ in curvature: gauge, map and words take their spread; in full batch there is none."""
    trainer, record = iris(2400)
    show(view, trainer, record)
    wait_until(lambda: not view.busy, "the map is drawn", 20.0)
    batches, drawn, row = view.batches[0], view.map.chart, view.gauges.rows[0]
    assert batches.spread > 3
    assert row.gauge is not None and drawn is not None
    coefficients = RULES["one-step"].coefficients(record.runs[0].latest.momentum)
    assert row.gauge.bound == mean_square_bound(coefficients, batches.spread) < stability_bound(coefficients)
    assert drawn.wanted.spread == batches.spread
    assert "in the mean square" in view.heading.text() and "mean square" in row.sentence
    words = view.words.text()
    assert f"batch sharpness {number_text(batches.sharpness, 3)}" in words and "single items" in words
    trainer, record = iris(20, batch_size="full")
    show(view, trainer, record)
    assert view.batches[0].spread == 1 and view.heading.text() == "lr·λmax and bound"


@pytest.mark.parametrize("rule", list(RULES))
def test_online_the_star_is_not_where_training_fails(rule: str) -> None:
    """At the start, after an epoch and at the end of Iris online: training at the star's settings ends below 0.06, from
    0.30; the star of the mean gradient, rate 8 for one-step, ends where it started."""
    for updates in (0, 120, 6000):
        trainer, _ = iris(updates)
        group = trainer.groups[0]
        found = curvatures(group.engine, group.task, group.population.weights[0])
        assert found is not None
        batches = batch_curvature(group.task, group.population.weights[0], found)
        curvature_range = range_of(found)
        assert batches is not None and curvature_range is not None
        best = best_settings(RULES[rule], *curvature_range[:2], batches.spread)
        momentum = best.momentum if rule != "plain" else 0.0
        end, _ = iris(6000, rule=rule, learning_rate=best.learning_rate, momentum=momentum)
        assert end.first_frame().runs[0].error < 0.06, (updates, best)


def test_the_picture_and_the_table_say_what_they_are_of(view: TheoryView) -> None:
    """Rule and curvatures above the map; colours, gauges, best settings and the shortcut of the loss below; the table
    has the rule and curvatures in every row."""
    trainer, record = iris(120)
    show(view, trainer, record)
    wait_until(lambda: not view.busy, "the map is drawn", 20.0)
    assert view.range is not None
    assert "One-step" in view.key_text()
    assert number_text(view.range[1], 3) in view.key_text()
    below = " ".join(view.captions())
    for words in ("Hatched: divergent", "Colours:", "lr·λmax =", "Best for One-step", "true squared error"):
        assert words in below
    head, rows = view.export_table()
    assert head[:4] == ["rule", "smallest_curvature", "largest_curvature", "spread"]
    assert rows[0][:4] == ["one-step", *view.range[:2], view.batches[0].spread]
    assert {len(row) for row in rows} == {len(head)}


def test_the_bound_follows_a_schedule() -> None:
    """Under a rate in steps the curvature at which stability ends rises with each: bound/rate in force."""
    table = {
        "problem": {"dataset": "sine"},
        "training": {
            "rule": "heavy-ball",
            "learning_rate": 0.1,
            "momentum": 0.5,
            "batch_size": "full",
            "epochs": 60,
            "rate_schedule": {"kind": "step", "every": 20, "factor": 0.5},
            "change": [{"update": 30, "learning_rate": 0.2}],
        },
    }
    trainer = Trainer(Experiment.from_table(table, "test"), "numpy")
    frame = trainer.advance(50)
    line_x, line_y = bound_line(Record(frame).runs[0], RULES, trainer.group_of(0).task, 1.0)
    bounds = {at: line_y[np.searchsorted(line_x, at, side="right") - 1] for at in (0, 19.5, 20.5, 30.5, 40.5)}
    assert list(bounds.values()) == pytest.approx([30, 30, 60, 30, 60])


def test_sharpness_over_time_is_that_of_the_weights_on_the_way(view: TheoryView) -> None:
    """λmax at moments from the start to the present, each as the engine finds it there; the bound is a step where the
    rate changed; the table has the points; what a run has gone back from is forgotten."""
    table = {
        "problem": {"dataset": "sine"},
        "network": {"hidden": [4]},
        "training": {"rule": "heavy-ball", "learning_rate": 0.1, "momentum": 0.5, "batch_size": "full", "epochs": 600},
    }
    trainer = Trainer(Experiment.from_table(table, "test"), "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance(200))
    trainer.change(0, learning_rate=0.2)
    record.extend(trainer.advance(100))
    show(view, trainer, record)
    view.over_time.setChecked(True)
    wait_until(lambda: not view.busy, "the sharpness is measured", 20.0)
    assert view.curves.isVisibleTo(view) and not view.plot.isVisibleTo(view)
    x, y = view.sharpness.table(0)
    assert x[0] == 0 and x[-1] == 300 and 60 <= len(x) <= 100
    group = trainer.group_of(0)
    for at in (0, len(x) // 2, -1):
        weights = record.runs[0].weights_at(float(x[at]))
        assert y[at] == pytest.approx(sharpness(group.engine, group.task, weights), rel=1e-6)
    line_x, line_y = bound_line(record.runs[0], RULES, group.task, 1.0)
    assert list(line_x) == [0, 200, 200, 300]
    assert list(line_y) == pytest.approx([30, 30, 15, 15])
    head, rows = view.export_table()
    assert head == ["run", "epoch", "sharpness"] and len(rows) == len(x)
    record.rewind(trainer.seek(100 * trainer.items_per_epoch))
    update(view)
    wait_until(lambda: not view.busy, "the sharpness is measured", 20.0)
    assert view.sharpness.table(0)[0].max() == 100
