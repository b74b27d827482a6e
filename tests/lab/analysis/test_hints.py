"""Hints: each provoked by a small real training, kept away from trainings that go well, and calm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.analysis.diagnostics import diagnose, find_evidence, least_known_error
from momentum_gui.lab.analysis.hints import (
    CONVERGED,
    DIVERGED,
    DIVERGING,
    KINDS,
    OSCILLATING,
    PLATEAU,
    SLOW,
    STUCK,
    Hint,
    HintFinder,
    judge,
)
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer

Course = list[tuple[float, tuple[Hint, ...]]]


def watch(text: str, *, evidence: bool = True, epochs: int = 1, run: int = 0, until: float = 1e9) -> Course:
    """Train, looking for hints every few epochs; what was shown, as (epochs, hints) wherever the kinds changed."""
    trainer = Trainer(Experiment.parse(text, "test", Path()))
    record, finder = Record(trainer.first_frame()), HintFinder()
    course: Course = []
    task = trainer.setup.task(trainer.experiment.runs[run].training)
    while not trainer.finished and record.latest.epochs < until:
        record.extend(trainer.advance_epochs(epochs))
        latest = record.runs[run].latest
        known = find_evidence(trainer.engine, task, latest.weights) if evidence else None
        hints = finder.look(record.runs[run], known, least_known_error(record, trainer.setup))
        if not course or [hint.kind for hint in hints] != [hint.kind for hint in course[-1][1]]:
            course.append((latest.epochs, hints))
        course[-1] = (course[-1][0], hints)
        if latest.outcome is not Outcome.RUNNING and len(record.runs) == 1:
            break
    return course


def kinds(course: Course) -> list[str]:
    """Every kind that was shown, in order of appearance."""
    seen = dict.fromkeys(hint.kind for _, hints in course for hint in hints)
    return list(seen)


def surface(name: str, training: str, problem: str = "") -> str:
    """An experiment on an analytic surface."""
    return f'[problem]\nsurface = "{name}"\n{problem}\n[training]\n{training}\n'


def network(dataset: str, hidden: int, training: str, more: str = "") -> str:
    """An experiment with a network."""
    return f'[problem]\ndataset = "{dataset}"\n[network]\nhidden = [{hidden}]\n{more}\n[training]\n{training}\n'


IRIS = network("iris", 5, 'rule = "plain"\nseed = 1\nepochs = {epochs}\nlearning_rate = {rate}')


@pytest.mark.parametrize("evidence", [True, False])
def test_a_small_rate_is_slow_but_sure(evidence: bool) -> None:
    """On Iris and in a ravine, a rate a hundred times smaller than it could be is told, and nothing else."""
    course = watch(IRIS.format(epochs=40, rate=0.001), evidence=evidence, epochs=4)
    assert kinds(course) == [SLOW]
    assert "Raise the learning rate" in course[-1][1][0].text and "an epoch" in course[-1][1][0].measure
    slow = surface("ravine", 'rule = "plain"\nlearning_rate = 0.004\nepochs = 60', "start = [-5.0, 0.5]")
    assert kinds(watch(slow, evidence=evidence)) == [SLOW]


@pytest.mark.parametrize("evidence", [True, False])
def test_a_rate_near_the_bound_oscillates(evidence: bool) -> None:
    """A ravine's zig-zag, and full-batch training with a rate that turns each step back, are told in numbers."""
    course = watch(surface("ravine", 'rule = "plain"\nlearning_rate = 0.48\nepochs = 60'), evidence=evidence)
    assert kinds(course) == [OSCILLATING]
    assert "undone at once" in course[-1][1][0].measure
    assert ("lr·λmax = 1.92 of 2" in course[-1][1][0].measure) == evidence


def test_online_training_that_jumps_is_told() -> None:
    """With a rate far too large for single items the error of raw Iris jumps from epoch to epoch."""
    course = watch(IRIS.format(epochs=40, rate=0.3), evidence=False)
    assert kinds(course)[0] == OSCILLATING and "upwards" in course[-1][1][0].measure


def test_jumps_far_below_the_bound_are_laid_to_single_items() -> None:
    """Online, at a share of the bound at which the mean error would fall smoothly, the hint says what pulls."""
    trainer = Trainer(Experiment.load("iris"))
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(30))
    for _ in range(30):
        record.extend(trainer.advance_epochs(1))
    run = record.runs[0]
    task = trainer.setup.task(trainer.experiment.runs[0].training)
    signs = diagnose(run, find_evidence(trainer.engine, task, run.latest.weights))
    assert signs is not None and signs.gauge is not None
    jumpy = replace(signs, ups=0.4, jumps=0.3, long_fall=0.1, growth=1.0)
    for ratio, told in ((0.1, True), (0.8, False)):
        gauge = replace(signs.gauge, ratio=ratio)
        text = judge(replace(jumpy, gauge=gauge), Outcome.RUNNING)[OSCILLATING].text
        assert ("latest items" in text) == told


@pytest.mark.parametrize("rule", ["plain", "one-step", "heavy-ball"])
@pytest.mark.parametrize("evidence", [True, False])
def test_a_run_that_will_diverge_is_told_before_it_has(rule: str, evidence: bool) -> None:
    """A rate 3 % over the bound brings the warning while the weights are still small, and the end is named."""
    bound = {"plain": 2.0, "one-step": 2.0, "heavy-ball": 3.0}[rule]
    rate = 1.03 * bound / 4.0
    course = watch(surface("ravine", f'rule = "{rule}"\nmomentum = 0.5\nlearning_rate = {rate}\nepochs = 2000'),
                   evidence=evidence)  # fmt: skip
    assert kinds(course)[0] in (DIVERGING, OSCILLATING) and DIVERGING in kinds(course)
    warned = next(epochs for epochs, hints in course if any(hint.kind == DIVERGING for hint in hints))
    assert [hint.kind for hint in course[-1][1]] == [DIVERGED]
    assert warned < 0.5 * course[-1][0]


def test_the_bound_alone_is_warning_enough() -> None:
    """While the steep direction is still quiet nothing grows, yet lr·λmax over the bound is told."""
    text = surface("ravine", 'rule = "plain"\nlearning_rate = 0.52\nepochs = 200', "start = [-5.0, 1e-7]")
    early = watch(text, until=30)
    assert kinds(early) == [DIVERGING] and "2.08 of 2" in early[-1][1][0].measure
    assert DIVERGING not in kinds(watch(text, evidence=False, until=30))


def test_a_plateau_is_told_and_left() -> None:
    """XOR in full batch stays on its plateau for hundreds of epochs; the hint goes when it leaves, and rest is told."""
    text = network("xor", 3, 'rule = "heavy-ball"\nmomentum = 0.9\nbatch_size = "full"\nlearning_rate = 0.5\n'
                   "epochs = 2000\nseed = 3\ntarget_error = 0.001",
                   'weight_range = 0.3\noutput_activation = "logistic"\nhidden_activation = "logistic"')  # fmt: skip
    course = watch(text, epochs=3)
    assert kinds(course)[0] == PLATEAU and kinds(course)[-1] == CONVERGED
    assert "target error" in course[-1][1][0].text
    assert STUCK not in kinds(course)


def test_a_saddle_is_not_taken_for_the_end() -> None:
    """At a saddle the slope vanishes, but the curvature says that there is a way down."""
    text = surface("saddle", 'rule = "plain"\nlearning_rate = 0.2\nepochs = 600', "start = [-1.5, 1e-9]")
    course = watch(text)
    assert kinds(course)[0] == PLATEAU
    assert [hint.kind for hint in course[-1][1]] == [CONVERGED]
    left = next(epochs for epochs, hints in course if CONVERGED in [hint.kind for hint in hints])
    assert left > 120  # 0.2 · 1e-9 · 1.2ⁿ is of the order of 1 after some 110 updates


def test_a_run_that_ends_on_a_saddle_is_not_told_to_have_arrived() -> None:
    """Started exactly on the ridge it comes to rest on the saddle, and still the way down is named."""
    text = surface("saddle", 'rule = "plain"\nlearning_rate = 0.2\nepochs = 2400', "start = [-1.5, 0.0]")
    course = watch(text, epochs=40)
    assert kinds(course) == [PLATEAU] and "a way down" in course[-1][1][0].measure


@pytest.mark.parametrize("evidence", [True, False])
def test_a_run_that_has_arrived_is_told(evidence: bool) -> None:
    """No error left, or none that changes: converged, at the bottom of a bowl and of a regression with noise."""
    bowl = watch(surface("bowl", 'rule = "plain"\nlearning_rate = 0.2\nepochs = 120'), evidence=evidence)
    assert kinds(bowl) == [CONVERGED] and "no error is left" in bowl[-1][1][0].text
    training = 'batch_size = "full"\nrule = "heavy-ball"\nmomentum = 0.8\nlearning_rate = 0.1\nepochs = 400'
    text = network("sine", 2, training, 'train_only = ["b2[0]"]')
    noisy = watch(text, evidence=evidence)
    assert noisy[-1][1][0].kind == CONVERGED and "no longer changes" in noisy[-1][1][0].text


@pytest.mark.parametrize("evidence", [True, False])
def test_a_local_minimum_is_told_where_a_lower_error_is_known(evidence: bool) -> None:
    """In the shallower of two wells a run is stuck, in the deeper one it has converged."""
    training = 'rule = "plain"\nlearning_rate = 0.05\nepochs = 300'
    shallow = watch(surface("double-well", training, "start = [1.5, 1.0]"), evidence=evidence)
    deep = watch(surface("double-well", training, "start = [-1.5, 1.0]"), evidence=evidence)
    assert shallow[-1][1][0].kind == STUCK and "is known" in shallow[-1][1][0].measure
    assert deep[-1][1][0].kind == CONVERGED and STUCK not in kinds(deep)


def test_another_run_that_found_less_is_known() -> None:
    """Of two runs from two starts the one that ended higher is told to be stuck, once both have come to rest."""
    head = surface("double-well", 'rule = "plain"\nlearning_rate = 0.05\nepochs = 300', "parameters = [0.2]")
    both = head + "[[run]]\nname = 'left'\n[training.start]\n"
    text = both.replace("[training.start]\n", "start = {x = -1.5}\n[[run]]\nname = 'right'\nstart = {x = 1.5}\n")
    assert watch(text, run=1)[-1][1][0].kind == STUCK
    assert watch(text, run=0)[-1][1][0].kind == CONVERGED


@pytest.mark.parametrize("evidence", [True, False])
def test_a_training_that_goes_well_is_left_alone(evidence: bool) -> None:
    """The default experiment, Iris at a good rate, brings no hint at all in its 50 epochs."""
    trainer = Trainer(Experiment.load("iris"))
    record, finders = Record(trainer.first_frame()), [HintFinder(), HintFinder()]
    task = trainer.setup.task(trainer.experiment.training)
    while not trainer.finished:
        record.extend(trainer.advance_epochs(5 if evidence else 1))
        for run, finder in zip(record.runs, finders, strict=True):
            known = find_evidence(trainer.engine, task, run.latest.weights) if evidence else None
            assert finder.look(run, known, least_known_error(record, trainer.setup)) == ()


@pytest.mark.parametrize("name", ["xor", "sine", "moons", "five-rules", "large-rate", "spirals"])
def test_hints_do_not_flicker(name: str) -> None:
    """Over the whole of a built-in experiment each run's hints change a handful of times, however often one looks."""
    trainer = Trainer(Experiment.load(name))
    record = Record(trainer.first_frame())
    finders = [HintFinder() for _ in record.runs]
    shown: list[tuple[str, ...]] = [() for _ in record.runs]
    changes = [0] * len(finders)
    while not trainer.finished and record.latest.epochs < 600:
        record.extend(trainer.advance_epochs(1))
        for number, (run, finder) in enumerate(zip(record.runs, finders, strict=True)):
            now = tuple(hint.kind for hint in finder.look(run))
            changes[number] += now != shown[number]
            shown[number] = now
    assert max(changes) <= 8


def test_looking_more_often_changes_nothing() -> None:
    """A second look at the same moment gives the same hints, and brings none up before its time."""
    trainer = Trainer(
        Experiment.parse(surface("ravine", 'rule = "plain"\nlearning_rate = 0.48\nepochs = 60'), "", Path())
    )
    record, often, seldom = Record(trainer.first_frame()), HintFinder(), HintFinder()
    for _ in range(40):
        record.extend(trainer.advance_epochs(1))
        for _ in range(5):
            hints = often.look(record.runs[0])
        assert hints == seldom.look(record.runs[0])
    assert hints


def test_a_hint_waits_until_its_cause_has_lasted() -> None:
    """The zig-zag is there at the first look that has rows enough; it is told three epochs later, or at the end."""
    text = surface("ravine", 'rule = "plain"\nlearning_rate = 0.48\nepochs = {}')
    for epochs, told in ((60, 10), (8, 8)):
        trainer = Trainer(Experiment.parse(text.format(epochs), "", Path()))
        record, finder, shown = Record(trainer.first_frame()), HintFinder(), []
        while record.latest.epochs < min(epochs, 14):
            record.extend(trainer.advance_epochs(1))
            if finder.look(record.runs[0]):
                shown.append(record.latest.epochs)
            signs = diagnose(record.runs[0])
            found = signs is not None and OSCILLATING in judge(signs, Outcome.RUNNING)
            assert found == (record.latest.epochs >= 7)  # the row of epoch 0 counts too
        assert shown[0] == told


def test_weaker_signs_keep_a_hint_that_would_not_bring_it_up() -> None:
    """Between the two thresholds a hint stays if it is shown, and stays away if it is not."""
    trainer = Trainer(Experiment.load("iris"))
    record = Record(trainer.advance_epochs(30))
    for _ in range(12):
        record.extend(trainer.advance_epochs(1))
    signs = diagnose(record.runs[0])
    assert signs is not None
    between = replace(signs, ups=0.25, jumps=0.2, long_fall=0.7, turning=float("nan"))
    running = Outcome.RUNNING
    assert OSCILLATING not in judge(between, running)
    assert OSCILLATING in judge(between, running, shown=frozenset({OSCILLATING}))
    for stronger in (replace(between, ups=0.4, jumps=0.3, long_fall=0.5), replace(between, turning=0.6, fall=0.5)):
        assert OSCILLATING in judge(stronger, running)


def test_a_change_of_settings_begins_anew() -> None:
    """After the rate is lowered in mid-training the hint about the old one goes at once."""
    trainer = Trainer(
        Experiment.parse(surface("ravine", 'rule = "plain"\nlearning_rate = 0.48\nepochs = 90'), "", Path())
    )
    record, finder = Record(trainer.first_frame()), HintFinder()
    for _ in range(20):
        record.extend(trainer.advance_epochs(1))
        before = finder.look(record.runs[0])
    assert [hint.kind for hint in before] == [OSCILLATING]
    trainer.change(0, learning_rate=0.1)
    for number in range(12):
        record.extend(trainer.advance_epochs(1))
        assert OSCILLATING not in [hint.kind for hint in finder.look(record.runs[0])], number
        signs = diagnose(record.runs[0])
        assert (signs is None) == (number < 7), "only what came after the change may count"
        assert signs is None or signs.rows == number + 1


def test_winding_back_forgets_the_hints_of_the_future() -> None:
    """Where nothing was to be said yet, nothing is said again."""
    trainer = Trainer(
        Experiment.parse(surface("ravine", 'rule = "plain"\nlearning_rate = 0.48\nepochs = 90'), "", Path())
    )
    record, finder = Record(trainer.first_frame()), HintFinder()
    for _ in range(30):
        record.extend(trainer.advance_epochs(1))
        hints = finder.look(record.runs[0])
    assert hints
    record.rewind(trainer.seek(4))
    assert finder.look(record.runs[0]) == ()


def test_every_hint_has_words_and_numbers() -> None:
    """All that was shown in these experiments has a text of whole sentences and a measure with a number."""
    courses = [
        watch(surface("ravine", 'rule = "plain"\nlearning_rate = 0.52\nepochs = 400')),
        watch(surface("double-well", "learning_rate = 0.05\nepochs = 300", "start = [1.5, 1.0]")),
        watch(IRIS.format(epochs=20, rate=0.001)),
    ]
    hints = [hint for course in courses for _, shown in course for hint in shown]
    assert {hint.kind for hint in hints} >= {DIVERGED, STUCK, SLOW} and {hint.kind for hint in hints} <= set(KINDS)
    for hint in hints:
        assert hint.text.endswith(".") and any(sign.isdigit() for sign in hint.measure)
        assert "nan" not in hint.measure and not hint.measure.startswith((";", " "))
    assert np.unique([len(shown) for course in courses for _, shown in course]).max() <= 2
