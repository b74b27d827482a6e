"""Edits of an experiment: what they change, what they leave, and what they refuse."""

from __future__ import annotations

import pytest

from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.settings import SettingsChange


def test_settings_for_all_runs(xor: Experiment) -> None:
    """A key of [training] holds for every run, also one that had a value of its own; None takes it to its default."""
    own = edits.with_run(xor, 0, learning_rate=0.125)
    edited = edits.with_settings(own, {"training": {"learning_rate": 0.25, "epochs": 7}})
    assert [(run.training.learning_rate, run.training.epochs) for run in edited.runs] == [(0.25, 7), (0.25, 7)]
    assert edits.with_settings(edited, {"training": {"epochs": None}}).training.epochs == 50


def test_several_sections_at_once(xor: Experiment) -> None:
    """Another problem brings its title, and takes along what was said of the one before."""
    edited = edits.with_settings(
        xor,
        {
            "": {"title": None},
            "problem": {"dataset": None, "surface": "bowl"},
            "network": {"output_activation": None, "hidden": None},
        },
    )
    assert (edited.title, edited.problem.surface, edited.network.output_activation) == ("", "bowl", None)
    assert xor.title == "XOR"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"problem": {"dataset": "nothing"}}, 'problem.dataset = "nothing"'),
        ({"problem": {"surface": "bowl"}}, "problem: give either dataset or surface"),
        ({"training": {"rule": "adam"}}, 'training.rule = "adam": allowed is plain, one-step'),
        ({"network": {"layers": 3}}, "network.layers = 3: unknown key"),
    ],
)
def test_refused(xor: Experiment, settings: dict[str, dict[str, object]], line: str) -> None:
    """What is not allowed is one line that begins with the key."""
    with pytest.raises(BadInputError) as refused:
        edits.with_settings(xor, settings)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_one_run(xor: Experiment) -> None:
    """An edit of one run leaves the others; without [[run]] tables the run is [training] itself."""
    edited = edits.with_run(xor, 1, "damped", 0.25, 0.875, name="ball")
    assert edited.runs[0] == xor.runs[0]
    assert (edited.runs[1].name, edited.runs[1].training.rule) == ("ball", "damped")
    alone = edits.with_settings(xor, {"": {"run": None}})
    changed = edits.with_run(alone, 0, momentum=0.25)
    assert (changed.training.momentum, changed.run) == (0.25, [])


def test_a_fork_keeps_what_came_before(xor: Experiment) -> None:
    """A fork has its origin's changes up to its moment, then its own; at the start it simply has its own settings."""
    changes = [
        SettingsChange(4, momentum=0.25),
        SettingsChange(8, weights={"b1[0]": 1.0}),
        SettingsChange(12, rule="plain"),
    ]
    with_changes = edits.with_runs(
        xor, [xor.runs[0], xor.runs[1]._replace(training=edits.replace(xor.runs[1].training, change=changes))]
    )
    forked = edits.with_fork(with_changes, 1, 8, "fork", SettingsChange(0, learning_rate=0.125))
    assert forked.runs[2].training.change == [
        changes[0],
        SettingsChange(8, learning_rate=0.125, weights={"b1[0]": 1.0}),
    ]
    begun = edits.with_fork(with_changes, 1, 0, "fork", SettingsChange(0, rule="nesterov"))
    assert (begun.runs[2].training.rule, begun.runs[2].training.change) == ("nesterov", changes)


def test_a_fork_at_the_start_follows_no_change(xor: Experiment) -> None:
    """A new run beside another takes its settings, and none of what was changed on that one's way."""
    origin = edits.replace(xor.runs[1].training, change=[SettingsChange(4, momentum=0.25)])
    assert edits.new_run(origin, "new", "plain", 0.25, 0.5).training.change == []


def test_names(xor: Experiment) -> None:
    """A free name is the name itself, or the name with the next number."""
    assert edits.free_name(xor, "other") == "other"
    assert edits.free_name(xor, "plain") == "plain 2"
    two = edits.with_run_added(xor, xor.runs[0]._replace(name="plain 2"))
    assert edits.free_name(two, "plain") == "plain 3"
    assert edits.free_name(two, "plain 2") == "plain 3"
