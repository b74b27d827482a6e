"""Predictions: what the selected run's network answers, on the screen and on paper, with a key to its colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from momentum_gui.gui.export.plot_file import save_picture
from momentum_gui.gui.plots.predictions.curves import AnswerCurve, AnswerScatter
from momentum_gui.gui.plots.predictions.matrix import ConfusionMatrix
from momentum_gui.gui.plots.predictions.regions import Heights, Regions
from momentum_gui.gui.plots.predictions.view import PredictionsView
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import wait_until
from tests.gui.plots.showing import begin, select


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[PredictionsView]:
    """An empty view, 600 × 400, that was never shown."""
    theme.set_theme("light")
    made = PredictionsView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    yield made
    made.end()


def show(view: PredictionsView, name: str | dict[str, object], epochs: int = 20) -> Trainer:
    """Show a training of so many epochs."""
    experiment = Experiment.load(name) if isinstance(name, str) else Experiment.from_table(name, "test")
    trainer = Trainer(experiment, "numpy")
    record = Record(trainer.first_frame())
    record.extend(trainer.advance_epochs(epochs))
    begin(view, trainer.setup, record, selected=len(record.runs) - 1)
    return trainer


def plane_of_numbers(folder: Path) -> dict[str, object]:
    """A table of two inputs and a number between 10 and 30."""
    rows = [f"{x},{y},{10 + x + y}" for x in range(5) for y in range(0, 17, 4)]
    (folder / "plane.csv").write_text("a,b,height\n" + "\n".join(rows) + "\n")
    return {
        "problem": {"dataset": str(folder / "plane.csv"), "test_fraction": 0.2, "scale": "standard"},
        "training": {"learning_rate": 0.01},
    }


def share_near(path: Path, color: str, reach: int = 40) -> float:
    """The share of a picture's pixels that are near a colour."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1]
    wanted = np.array(QColor(color).getRgb()[:3])  # type: ignore[index]
    return float((np.abs(pixels.astype(int) - wanted).sum(axis=2) < reach).mean())


@pytest.mark.parametrize(
    ("name", "kind"),
    [("moons", Regions), ("iris", ConfusionMatrix), ("sine", AnswerCurve), ("own-csv", AnswerCurve)],
)
def test_the_picture_fits_the_problem(view: PredictionsView, name: str, kind: type) -> None:
    """Two inputs and classes, many inputs and classes, one input."""
    show(view, name, 1)
    assert type(view.picture) is kind


def test_numbers_over_two_inputs_have_a_scale(view: PredictionsView, tmp_path: Path) -> None:
    """A regression is no pair of classes: colours are heights, and the key says which."""
    show(view, plane_of_numbers(tmp_path), 1)
    assert type(view.picture) is Heights
    for words in ("height", "10", "20", "30", "held"):
        assert words in view.key.text()


def test_numbers_from_many_inputs_are_drawn_against_what_was_wanted(view: PredictionsView, tmp_path: Path) -> None:
    """Dots and rings on, or off, the line of right answers."""
    (tmp_path / "sum.csv").write_text("a,b,c,sum\n" + "".join(f"{i},{i * i % 7},{i % 3},{i}.5\n" for i in range(20)))
    show(view, {"problem": {"dataset": str(tmp_path / "sum.csv")}, "training": {"learning_rate": 0.001}}, 1)
    view.redraw_at_rest()
    assert type(view.picture) is AnswerScatter
    assert view.answers is not None and view.answers.training.shape == (20, 1)


def test_the_key_names_the_classes_in_colours_that_no_run_has(view: PredictionsView) -> None:
    """Names of the classes, filled and hollow; the legend on paper is the run's name alone."""
    show(view, "moons", 1)
    for color in (theme.class_color(0), theme.class_color(1)):
        assert color in view.key.text()
        assert color not in theme.RUN_COLORS["light"]
    assert "training" in view.key.text() and "held" in view.key.text()
    assert view.legend() == ["<b>momentum</b>"]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_view_that_was_never_shown_exports_its_answers(view: PredictionsView, tmp_path: Path, suffix: str) -> None:
    """Nothing waits for a thread: the file holds what the network says now."""
    show(view, "moons", 1)
    save_picture(view, tmp_path / f"p{suffix}")
    assert view.answers is not None
    assert (tmp_path / f"p{suffix}").stat().st_size > 3000


def test_the_exported_picture_has_the_regions(view: PredictionsView, tmp_path: Path) -> None:
    """After training both classes hold a good part of the plane, in their pale colours."""
    show(view, "moons", 150)
    save_picture(view, tmp_path / "p.png")
    for number in (0, 1):
        pale = theme.mixed("#ffffff", theme.CLASS_COLORS["light"][number], 0.55).name()
        assert share_near(tmp_path / "p.png", pale) > 0.1


def test_the_exported_matrix_has_its_numbers(view: PredictionsView, tmp_path: Path) -> None:
    """In the SVG the numbers of the matrix are text."""
    show(view, "iris", 20)
    save_picture(view, tmp_path / "p.svg")
    assert view.answers is not None
    assert "40 + 10" in (tmp_path / "p.svg").read_text()


def test_answers_follow_the_run(view: PredictionsView) -> None:
    """Answers are those of the selected run's weights; another run's are gone at once."""
    trainer = show(view, "moons", 30)
    for run in (0, 1):
        select(view, run)
        assert view.answers is None
        wait_until(lambda: view.answers is not None, "the answers are there")
        assert view.answers is not None
        np.testing.assert_array_equal(view.answers.weights, trainer.first_frame().runs[run].weights)


def test_a_surface_has_nothing_to_predict(view: PredictionsView) -> None:
    """It says so, and there is nothing to export."""
    show(view, "ravine", 1)
    assert view.is_empty
    assert "no data" in view.read_out.text()


def test_scaled_targets_are_shown_in_the_units_of_the_data(view: PredictionsView, tmp_path: Path) -> None:
    """Prices of about 65,000 that are trained in scaled units are drawn, counted and exported as prices."""
    rows = [f"{x / 10},{60000 + 1000 * x + 300 * (x * 7 % 5)}" for x in range(20)]
    (tmp_path / "prices.csv").write_text("size,price\n" + "\n".join(rows) + "\n")
    show(view, {"problem": {"dataset": str(tmp_path / "prices.csv"), "scale_target": "standard"}}, 200)
    view.redraw_at_rest()
    low, high = view.plot.getPlotItem().viewRange()[1]
    assert 50_000 < low < 60_000
    assert 79_000 < high < 90_000
    header, lines = view.export_table()
    wanted, given = header.index("target price"), header.index("output price")
    assert [line[wanted] for line in lines] == pytest.approx([float(row.partition(",")[2]) for row in rows])
    miss = np.sqrt(np.mean([(line[wanted] - line[given]) ** 2 for line in lines]))  # type: ignore[operator]
    assert 100 < miss < 6000
    assert number_in(view.summary()) == pytest.approx(miss, rel=0.01)


def number_in(text: str) -> float:
    """The number at the end of a sentence, as views write it."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹−", "0123456789-")
    number = text.rpartition("miss ")[2].replace("×10", "e").translate(raised)
    return float(number.replace(" ", "").replace(" ", ""))
