"""The picture of a sweep: what is in it, not its bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel

from momentum_gui.engine.population import Outcome
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.plots.sweep.map import MapNumbers, SweepMap, outline, position_of
from momentum_gui.gui.plots.sweep.marks import dots, hatching, unbroken
from momentum_gui.gui.plots.sweep.picture import SweepPicture, make_widget, save_sweep_plot
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.answer import find_answer
from momentum_gui.lab.sweep.axis import LEARNING_RATE, Axis
from momentum_gui.lab.sweep.block import BlockResult
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.stability_line import EndCurvature
from momentum_gui.lab.sweep.table import SweepTable

BASE = Experiment.parse('problem.dataset = "xor"\ntraining.seed = 1', "test", Path.cwd())


def table_of(errors: np.ndarray, rules: tuple[str, ...] = ("one-step",)) -> SweepTable:
    """A table (rules, learning rates, momenta) of one seed; inf diverged, NaN not trained yet."""
    grid = Grid.of(BASE, f"0.01:1:{errors.shape[1]}:log", f"0:0.9:{errors.shape[2]}", rules=rules)
    flat = errors.ravel()
    known = np.flatnonzero(~np.isnan(flat))
    outcome = np.where(np.isinf(flat), Outcome.DIVERGED, Outcome.FINISHED)[known]
    nothing = np.full(len(known), np.nan)
    table = SweepTable.empty(grid)
    numbers = [flat[known], nothing, nothing, nothing, nothing]
    table.fill(BlockResult.of_columns(0, known, outcome, np.full(len(known), 5), numbers))
    return table


ERRORS = np.array([[[0.1, 0.2, 0.4], [0.05, 0.1, np.inf], [0.2, np.inf, np.inf], [np.nan, np.nan, np.inf]]])


def test_diverged_and_missing_cells_have_no_colour() -> None:
    """Only finite cells are on the scale; the best is at its bright end, the worst at the dark one."""
    numbers = MapNumbers.of(table_of(ERRORS), "error", 0.0)
    share = numbers.shares(0)
    assert np.isnan(share[np.isinf(ERRORS[0]) | np.isnan(ERRORS[0])]).all()
    assert (share[1, 0], share[0, 2]) == (1.0, 0.0)
    assert (numbers.diverged[0] == np.isinf(ERRORS[0])).all()
    assert numbers.log


def test_a_cell_on_the_brink_does_not_flatten_the_scale() -> None:
    """One enormous error that is not yet a divergence leaves the colours of the others apart."""
    errors = np.linspace(0.1, 0.3, 30 * 20).reshape(1, 30, 20)
    errors[0, 29, 19] = 1e12
    share = MapNumbers.of(table_of(errors), "error", 0.0).shares(0)
    assert share[0, 0] - share[20, 0] > 0.5


def test_the_hatching_covers_the_marked_cells_and_no_other() -> None:
    """Every hatch line lies within marked cells; every marked cell has some."""
    cells = np.zeros((4, 3), dtype=bool)
    cells[2, 1] = cells[3, 0] = cells[3, 1] = True
    lines = hatching(cells, QRectF(10, 20, 200, 150))
    touched = np.zeros_like(cells)
    for x1, y1, x2, y2 in lines.tolist():
        for share in (0.02, 0.5, 0.98):
            x, y = x1 + share * (x2 - x1) - 10, y1 + share * (y2 - y1) - 20
            column, row = int(x / 50), int((150 - y) / 50)
            assert cells[column, row]
            touched[column, row] = True
    assert (touched == cells).all()


def test_the_dots_cover_the_marked_cells_and_no_other() -> None:
    """Every dot lies within a marked cell; every marked cell has several."""
    cells = np.zeros((4, 3), dtype=bool)
    cells[2, 1] = cells[3, 0] = True
    touched = np.zeros(cells.shape, dtype=int)
    for x, y in (dots(cells, QRectF(10, 20, 200, 150)) - (10, 20)).tolist():
        touched[int(x / 50), int((150 - y) / 50)] += 1
    assert (touched[cells] > 30).all()
    assert not touched[~cells].any()


def test_the_outline_runs_between_marked_and_other_cells() -> None:
    """Two neighbours have one outline of six cell edges, and none between them."""
    cells = np.zeros((4, 3), dtype=bool)
    cells[1, 1] = cells[2, 1] = True
    path = outline(cells, QRectF(0, 0, 4, 3))
    assert path.elementCount() == 2 * 6
    assert path.boundingRect() == QRectF(1, 1, 2, 1)


def test_values_have_places_between_the_cells() -> None:
    """Log axes count in decades; a list is a row of cells with values interpolated; outside is outside."""
    values = np.array([0.001, 0.1, 10.0])
    assert position_of(Axis.parse(LEARNING_RATE, "0.01:1:5:log"), values).tolist() == [-3, -1, 1]
    assert position_of(Axis.parse(LEARNING_RATE, "0.05,0.1,1"), values).tolist() == [-1, 1, 3]


def test_a_line_is_cut_where_it_leaves() -> None:
    """NaN points split the boundary instead of being joined across."""
    points = np.array([[0.0, 0], [1, 1], [np.nan, 2], [3, 3], [4, 4]])
    assert [part.size() for part in unbroken(points)] == [2, 2]
    assert unbroken(np.empty((0, 2))) == []


def test_a_cell_that_failed_without_diverging_is_dotted(qapp: object) -> None:
    """Diverged cells are hatched, cells that did not reach the target dotted: told apart without colour."""
    table = table_of(ERRORS)
    numbers = MapNumbers.of(table, "epochs", 0.15)  # its runs are FINISHED: none has reached a target
    assert (numbers.failed[0] == np.isfinite(ERRORS[0])).all()
    assert not (numbers.failed & numbers.diverged).any()
    picture = SweepPicture(table, "epochs", 0.15, None)
    assert "Dotted" in picture.notes()
    widget = make_widget(picture)
    chart = widget.findChild(SweepMap)
    assert (chart.marks.failed == numbers.failed[0]).all()
    widget.deleteLater()


@pytest.mark.parametrize("count", [1, 2])
def test_words_and_maps_do_not_overlap(qapp: object, count: int) -> None:
    """However long the words below the maps are, they begin where the maps have ended, and have all their room."""
    table = table_of(np.concatenate([ERRORS] * count), ("heavy-ball", "plain")[:count])
    answer = find_answer(table, "error", 0.0)
    widget = make_widget(SweepPicture(table, "error", 0.0, answer, EndCurvature(8.0)))
    notes = [label for label in widget.findChildren(QLabel) if "Ring" in label.text()]
    assert len(notes) == 1
    assert notes[0].height() >= notes[0].heightForWidth(notes[0].width())
    assert all(chart.geometry().bottom() < notes[0].geometry().top() for chart in widget.findChildren(SweepMap))
    assert notes[0].geometry().bottom() <= widget.height()
    widget.deleteLater()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_diverged_cells_look_unlike_bad_ones(qapp: object, tmp_path: Path, mode: str) -> None:
    """In the picture the worst finite cell is dark blue, a diverged one grey with hatching, the best cell yellow."""
    table = table_of(ERRORS)
    before = theme.mode()
    path = tmp_path / "S.png"
    save_sweep_plot(SweepPicture(table, "error", 0.0, find_answer(table, "error", 0.0)), path, PictureForm(theme=mode))
    assert theme.mode() == before
    image = QImage(str(path))
    assert not image.isNull()
    counts: dict[str, int] = {}
    for x in range(0, image.width(), 2):
        for y in range(0, image.height(), 2):
            name = image.pixelColor(x, y).name()
            counts[name] = counts.get(name, 0) + 1
    colors = theme.THEMES[mode]
    cell = (2 * 370 / 4) * (2 * 260 / 3) / 4  # pixels of one cell, of which every fourth was looked at
    bright = sum(count for name, count in counts.items() if QColor(name).red() > 240 and QColor(name).blue() < 100)
    dark = sum(count for name, count in counts.items() if QColor(name).blue() > 50 and QColor(name).red() < 15)
    assert bright > 0.5 * cell
    assert dark > 0.5 * cell
    assert counts.get(colors.border, 0) > 2 * cell


def test_every_rule_has_its_map_and_the_words_are_there(qapp: object, tmp_path: Path) -> None:
    """A map for each rule; title, measure and answer are text in the SVG, which is well-formed."""
    rules = ("plain", "heavy-ball")
    table = table_of(np.concatenate((ERRORS, ERRORS * 2)), rules)
    answer = find_answer(table, "error", 0.0)
    assert answer is not None
    picture = SweepPicture(table, "error", 0.0, answer, EndCurvature(8.0))
    widget = make_widget(picture)
    assert len(widget.findChildren(SweepMap)) == 2
    assert all(len(chart.marks.boundary) for chart in widget.findChildren(SweepMap))
    widget.deleteLater()
    save_sweep_plot(picture, tmp_path / "S.svg")
    text = " ".join(ElementTree.parse(tmp_path / "S.svg").getroot().itertext())
    for word in ("Final error over learning rate and momentum", "Plain", "Heavy ball", "learning rate", "Use plain"):
        assert word in text
    assert "curvature found" in picture.notes()


def test_a_sweep_in_which_all_failed_is_drawn_too(qapp: object, tmp_path: Path) -> None:
    """Without any finite cell, or with a single one, there is still a picture."""
    for errors in (np.full((1, 2, 2), np.inf), np.full((1, 2, 2), 0.3), np.zeros((1, 2, 2))):
        table = table_of(errors)
        answer = find_answer(table, "error", 0.0)
        save_sweep_plot(SweepPicture(table, "error", 0.0, answer), tmp_path / "S.png")
        assert not QImage(str(tmp_path / "S.png")).isNull()
