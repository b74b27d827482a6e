"""Planes as a user asks for them: what is understood, what is refused, and the states they go through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from momentum_gui.engine.population import Outcome
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.surface.planes import Choice, Travel, default_range, make_plane, parse_range
from momentum_gui.lab.training.trainer import Trainer


def experiment(text: str) -> Experiment:
    """An experiment from TOML."""
    return Experiment.parse(text, "test", Path())


NETWORK = '[problem]\ndataset = "xor"\n[network]\nhidden = [3]\n'
RAVINE = '[problem]\nsurface = "ravine"\n'


def travelled(text: str, updates: int = 7) -> tuple[Trainer, Travel]:
    """A training done, so many updates at a time, and where it came through."""
    trainer, travel = Trainer(experiment(text)), Travel()
    travel.write(trainer.first_frame())
    while not trainer.finished:
        travel.write(trainer.advance(updates))
    return trainer, travel


def test_a_plane_is_named_by_its_weights() -> None:
    """Names as in the experiment file, with or without spaces, in the order x then y."""
    setup = Setup.of(experiment(NETWORK))
    names = setup.weight_names
    for text in ("weights:b1[2],w1[0,1]", "weights: b1[2] , w1[0, 1]"):
        assert Choice.parse(text, setup) == Choice("weights", (names.index("b1[2]"), names.index("w1[0,1]")))
    assert Choice.parse("pca", setup).kind == "pca" and Choice.parse("random", setup).kind == "random"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weights:w1[0,0]", "like weights:w1[0,0],w1[0,1]"),
        ("weights:w1[0,0],b1[0],b1[1]", "two weights"),
        ("weights:w1[0,0],w1[0,0]", "two different"),
        ("weights:w7[0,0],b1[0]", "no such weight"),
        ("weights:w1[0,0];b1[0]", "two weights"),
        ("PCA", "weights:NAME,NAME, pca, random"),
        ("", "weights:NAME,NAME, pca, random"),
    ],
)
def test_a_plane_that_is_not_understood_is_refused(text: str, said: str) -> None:
    """One line that names the option, what was given and what is allowed."""
    with pytest.raises(BadInputError, match="--plane") as refused:
        Choice.parse(text, Setup.of(experiment(NETWORK)))
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_the_default_plane_is_the_one_that_shows_most() -> None:
    """The surface itself, the only two weights that train, and else the plane in which the paths move most."""
    assert Choice.parse(None, Setup.of(experiment(RAVINE))) == Choice("surface")
    assert Choice.parse(None, Setup.of(experiment(NETWORK))) == Choice("pca")
    pair = Setup.of(experiment(NETWORK + 'train_only = ["b1[0]", "w1[0,0]"]\n'))
    choice = Choice.parse(None, pair)
    assert choice.kind == "weights" and {pair.weight_names[i] for i in choice.pair} == {"b1[0]", "w1[0,0]"}
    with pytest.raises(BadInputError, match="only two weights"):
        Choice.parse("random", Setup.of(experiment(RAVINE)))


def test_the_states_are_those_of_the_training() -> None:
    """Start, end and best are the weights of epoch 0, of the last epoch, and of the epoch with the least error."""
    trainer, travel = travelled(NETWORK + "[training]\nepochs = 40\nlearning_rate = 2.0\n[[run]]\nname = 'a'\n"
                                "[[run]]\nname = 'b'\nrule = 'plain'\n")  # fmt: skip
    whole = Trainer(trainer.experiment)
    states = [whole.first_frame(), *(whole.advance_epochs() for _ in range(40))]
    for run in (0, 1):
        errors = [frame.runs[run].error for frame in states]
        best = states[int(np.argmin(errors))].runs[run].weights
        np.testing.assert_array_equal(travel.weights(run, "start"), states[0].runs[run].weights)
        np.testing.assert_array_equal(travel.weights(run, "end"), states[-1].runs[run].weights)
        np.testing.assert_array_equal(travel.weights(run, "best"), best)
    assert not np.array_equal(travel.weights(0, "best"), travel.weights(0, "end"))


def test_how_a_training_is_cut_into_frames_makes_no_difference() -> None:
    """Paths, and so the PCA plane, are the same to the last bit for updates one by one, by threes, or all at once."""
    text = NETWORK + "[training]\nepochs = 30\nlearning_rate = 1.0\n"
    whole = travelled(text, 120)[1]
    assert len(whole.paths()) == 31
    for updates in (1, 3):
        parts = travelled(text, updates)[1]
        np.testing.assert_array_equal(parts.paths(), whole.paths())
        np.testing.assert_array_equal(parts.weights(0, "best"), whole.weights(0, "best"))


def test_the_range_shows_every_path() -> None:
    """All recorded points of all runs lie inside the default range of the PCA and weights planes."""
    trainer, travel = travelled(NETWORK + "[training]\nepochs = 20\n[[run]]\nseed = 1\n[[run]]\nseed = 2\n")
    for choice in (Choice("pca"), Choice("weights", (3, 0))):
        plane = make_plane(choice, trainer.setup, travel.weights(0, "end"), travel, 0)
        x0, x1, y0, y1 = default_range(plane, trainer.setup, travel.paths())
        x, y, _ = plane.project(travel.paths())
        assert len(x) == 42 and x0 < x.min() < x.max() < x1 and y0 < y.min() < y.max() < y1
    random = make_plane(Choice("random"), trainer.setup, travel.weights(0, "end"), travel, 0)
    assert default_range(random, trainer.setup, travel.paths()) == (-1, 1, -1, 1)
    surface = Setup.of(experiment(RAVINE))
    plane = make_plane(Choice("surface"), surface, np.zeros(2), Travel(), 0)
    assert default_range(plane, surface, np.zeros((1, 2))) == (-6, 6, -3, 3)


def test_a_run_that_diverges_does_not_push_the_others_out_of_sight() -> None:
    """The range covers the runs that stay; where none does, the part before it all flies apart."""
    head = RAVINE + "[training]\nepochs = 60\nrule = 'plain'\n"
    wild = "[[run]]\nname = 'wild'\nlearning_rate = 5.0\n"
    trainer, travel = travelled(head + wild + "[[run]]\nname = 'calm'\nlearning_rate = 0.1\n")
    assert trainer.first_frame().runs[0].outcome is Outcome.DIVERGED
    assert np.abs(travel.paths()).max() <= 5
    assert np.abs(travel.weights(0, "end")).max() > 1e6
    _, alone = travelled(head + wild)
    assert len(alone.paths()) > 1 and np.abs(alone.paths()).max() <= 60


def test_three_states_are_a_start_and_two_ends() -> None:
    """`three` goes through the start and the ends of the first two runs, `three:B,A` those of the runs named, and in a
    training of one run through its start, end and best."""
    names = "[[run]]\nname = 'a'\nseed = 1\n[[run]]\nname = 'b, too'\nseed = 2\n[[run]]\nname = 'c'\nseed = 3\n"
    trainer, travel = travelled(NETWORK + "[training]\nepochs = 20\n" + names)
    for text, (one, other) in (("three", (0, 1)), ("three:c,b, too", (2, 1)), ("three:b, too,a", (1, 0))):
        plane = make_plane(Choice.parse(text, trainer.setup), trainer.setup, np.zeros(9), travel, 0)
        ends = [travel.weights(one, "start"), travel.weights(one, "end"), travel.weights(other, "end")]
        assert plane.project(np.stack(ends))[2] == pytest.approx([0, 0, 0], abs=1e-12)
    for wrong in ("three:a", "three:a,a", "three:a,d", "pca:a"):
        with pytest.raises(BadInputError, match="--plane"):
            Choice.parse(wrong, trainer.setup)
    trainer, travel = travelled(NETWORK + "[training]\nepochs = 20\nlearning_rate = 5.0\n")
    plane = make_plane(Choice.parse("three", trainer.setup), trainer.setup, np.zeros(9), travel, 0)
    assert "best" in plane.sentence
    assert plane.project(travel.weights(0, "best")[None])[2] == pytest.approx(0, abs=1e-12)


def test_a_run_far_gone_is_left_out_before_it_counts_as_diverged() -> None:
    """A run on its way to infinity does not set the range of those that stay."""
    head = RAVINE + "[training]\nrule = 'plain'\n"
    wild = "[[run]]\nname = 'wild'\nlearning_rate = 0.7\nepochs = 15\n"
    trainer, travel = travelled(head + wild + "[[run]]\nname = 'calm'\nlearning_rate = 0.1\nepochs = 30\n")
    assert trainer.first_frame().runs[0].outcome is not Outcome.DIVERGED
    assert np.abs(travel.weights(0, "end")).max() > 6e3
    assert np.abs(travel.paths()).max() <= 5


def test_a_large_bias_is_no_divergence(tmp_path: Path) -> None:
    """Targets of 100,000 that are not scaled need a bias as large: the plane follows the run, whose error falls."""
    lines = [f"{x},{100_000 + 10 * x}" for x in range(-5, 6)]
    (tmp_path / "far.csv").write_text("x,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
    text = (
        '[problem]\ndataset = "far.csv"\ntarget = ["y"]\n'
        "[network]\nhidden = []\n[training]\nepochs = 60\nlearning_rate = 0.01\n"
    )
    trainer, travel = Trainer(Experiment.parse(text, "far", tmp_path)), Travel()
    travel.write(trainer.first_frame())
    travel.write(trainer.advance_epochs(60))
    assert np.abs(travel.weights(0, "end")).max() > 5e4
    np.testing.assert_array_equal(travel.paths()[-1], travel.weights(0, "end"))


def test_a_range_is_four_numbers_in_order() -> None:
    """What is not is refused in one line."""
    assert parse_range("-1:2.5:0:1e2") == (-1, 2.5, 0, 100)
    for text in ("1:2:3", "1:0:0:1", "0:1:1:1", "a:b:c:d", "0:1:0:nan", "0:inf:0:1", "0:1e200:0:1"):
        with pytest.raises(BadInputError, match="--range"):
            parse_range(text)
