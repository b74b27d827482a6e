"""The sweep: a grid of learning rates and momenta trained at a click, shown as live maps with the answer in words."""

from __future__ import annotations

import math
import time
from functools import partial
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.engine.engines import choose
from momentum_gui.engine.population import Outcome
from momentum_gui.gui import theme
from momentum_gui.gui.background import Background, Cancelled
from momentum_gui.gui.plots.sweep_cuts import CutPair
from momentum_gui.gui.plots.sweep_figures import Figures, cell_text, figures_of
from momentum_gui.gui.plots.sweep_form import SweepForm
from momentum_gui.gui.plots.sweep_maps import MapGrid
from momentum_gui.gui.plots.sweep_runner import SweepJob, SweepRunner
from momentum_gui.gui.plots.ticks import number_text
from momentum_gui.gui.plots.view import PlotView
from momentum_gui.gui.sweep_picture import SweepPicture, save_sweep_widget
from momentum_gui.lab.bad_input import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.sweep_grid import Cell, Grid
from momentum_gui.lab.sweep_theory import curvature_at_end

LOOK_MILLISECONDS = 100
LINES = ((500, 2), (380, 3), (300, 4))
"""How many lines the words on a cell take, for widths of the view in pixels; the answer takes one more."""
SHARE = 0.2
"""The share of the time that drawing maps may take while a sweep runs."""


class SweepView(PlotView):
    """Start, pause or cancel a sweep; look at it cell by cell; take settings over from it.

    `run_wanted` and `settings_wanted` carry rule, learning rate and momentum: of a cell that is to become a run, and of
    the answer that is to be used.
    """

    title = "Sweep"
    run_wanted = Signal(str, float, float)
    settings_wanted = Signal(str, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine = "auto"
        self.figures: Figures | None = None
        self.curvature = math.nan
        self.runner = SweepRunner(self)
        self.background = Background(self, "sweep figures")
        self.theory = Background(self, "sweep theory")
        self._job: SweepJob | None = None
        self._own_rule = False
        self._hovered_cell: Cell | None = None
        self._curvature_of: tuple[SweepJob, Cell] | None = None
        self._asked: tuple[object, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._finished, self._seconds = 0.0, 0.0
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MILLISECONDS)
        self._build()
        self._connect()
        self._show_running()

    def _build(self) -> None:
        self.read_out.hide()
        self.start, self.pause, self.cancel = QPushButton("Start"), QPushButton("Pause"), QPushButton("Cancel")
        self.start.setDefault(True)
        self.start.setToolTip("Train every cell")
        self.pause.setToolTip("Let the sweep wait, or go on")
        self.cancel.setToolTip("End the sweep; what is done stays")
        self.pause.setCheckable(True)
        for place, button in enumerate((self.start, self.pause, self.cancel)):
            self.controls.insertWidget(place, button)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setMinimumWidth(40)
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self.state.setMinimumWidth(10)
        self.controls.insertWidget(3, self.progress, 1)
        self.controls.insertWidget(4, self.state, 2)
        self.cuts_button = self.add_button("Cuts", "Curves through the best cell instead of maps", checkable=True)
        self.form = SweepForm()
        self.problem = QLabel()
        self.problem.setProperty("problem", True)
        self.maps = MapGrid()
        self.cuts = CutPair()
        self.stack = Stack()
        self.stack.addWidget(self.maps)
        self.stack.addWidget(self.cuts)
        self.detail, self.sentence = QLabel(), QLabel()
        self.detail.setProperty("muted", True)
        self.detail.setTextFormat(Qt.TextFormat.RichText)
        for label in (self.problem, self.detail, self.sentence):
            label.setWordWrap(True)
            label.setContentsMargins(8, 0, 8, 0)
            label.setMinimumWidth(10)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.use = QPushButton("Use these settings")
        self.use.setToolTip("Give the selected run the best cell's rule, learning rate and momentum")
        self.finer = QPushButton("Sweep this box")
        self.finer.setToolTip("Sweep the box that was dragged, with as many cells")
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 8, 6)
        below.addWidget(self.use)
        below.addWidget(self.finer)
        below.addStretch(1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form)
        column.addWidget(self.problem)
        column.addWidget(self.stack, 1)
        column.addWidget(self.detail)
        column.addWidget(self.sentence)
        column.addLayout(below)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words keep their room, so that the maps stay where they are while words change."""
        super().resizeEvent(event)
        lines = next((lines for width, lines in LINES if self.width() >= width), 5)
        for label, more in ((self.detail, 0), (self.sentence, 1)):
            label.setFixedHeight((lines + more) * label.fontMetrics().lineSpacing() + 4)

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_sweep)
        self.pause.toggled.connect(self._pause_toggled)
        self.cancel.clicked.connect(self.runner.cancel)
        self.finer.clicked.connect(self.start_sweep)
        self.use.clicked.connect(self._use)
        self.cuts_button.toggled.connect(self._cuts_toggled)
        self.form.rule.activated.connect(self._rule_chosen)
        self.form.changed.connect(self._form_changed)
        self.form.measure_changed.connect(self._measure_changed)
        self.maps.hovered.connect(self._hover)
        self.maps.clicked.connect(self._click)
        self.maps.boxed.connect(self._box)
        self.runner.ended.connect(self._ended)
        self.background.done.connect(self._show_figures)
        self.background.failed.connect(self._show_problem)
        self.theory.done.connect(self._show_curvature)
        self._look.timeout.connect(self._look_at_sweep)

    # What the window says.

    @property
    def is_empty(self) -> bool:
        """Whether there is no sweep to draw."""
        return self.figures is None

    def set_selected(self, run: int) -> None:
        """Another run is looked at: its rule is offered, until one was chosen."""
        super().set_selected(run)
        if self.setup is not None and self._job is None and not self._own_rule:
            self.form.show_rule(self._training())
            self._form_changed()

    def set_engine(self, name: str) -> None:
        """Train with this engine. Raises ValueError for one that is not there."""
        self.engine = choose(name).name

    def arrange(self) -> None:
        """Another problem ends the sweep of the last one; the same one with other runs does not."""
        assert self.setup is not None
        experiment = self.setup.experiment
        if (
            self._job is None
            or self._job.experiment.problem != experiment.problem
            or (self._job.experiment.network != experiment.network)
        ):
            self._forget()
            self.form.show_defaults(self.setup, self._training())
        self._form_changed()

    def redraw(self) -> None:
        """Draw the figures, if they are not drawn yet."""
        if self.figures is None:
            return
        wanted = (self.figures, self.curvature, theme.current().name, self.stack.currentIndex())
        if wanted == self._drawn:
            return
        began = time.perf_counter()
        self._drawn = wanted
        if self.stack.currentIndex() == 0:
            self.maps.show_figures(self.figures, self.curvature, at_once=not self.runner.running)
        else:
            self.cuts.show_figures(self.figures)
        self._finished = time.perf_counter()
        self._seconds = self._finished - began

    def recolor(self) -> None:
        """The theme's colours for what outlives a redraw."""
        self.maps.apply_theme()
        self.cuts.apply_theme()

    def summary(self) -> str:
        """The answer."""
        return self.sentence.text()

    def end(self) -> None:
        """Cancel what is under way, and wait for it."""
        self._look.stop()
        self.runner.close()
        self.background.close()
        self.theory.close()

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """A row for each training that is done."""
        header = ["rule", "learning_rate", "momentum", "seed", "outcome", "epochs", "error", "accuracy"]
        header += ["test_error", "test_accuracy", "area"]
        if self._job is None:
            return header, []
        with self._job.lock:
            table, grid = self._job.table, self._job.grid
            runs = np.flatnonzero(table.known)
            rule, rate, momentum = grid.settings(runs)
            columns: list[list[object]] = [
                [grid.rules[number] for number in rule.tolist()],
                rate.tolist(),
                momentum.tolist(),
                [grid.seeds[number] for number in grid.seed_numbers(runs).tolist()],
                [Outcome(kind).name.lower() for kind in table.outcome[runs].tolist()],
                *(getattr(table, name)[runs].tolist() for name in header[5:]),
            ]
        return header, [list(row) for row in zip(*columns, strict=True)]

    def save_picture(self, path: str | Path, chosen: theme.Theme = theme.LIGHT) -> None:
        """Write the maps with the answer as .png, .svg or .pdf. Raises BadInputError where there is nothing yet."""
        if self.figures is None or self._job is None:
            raise BadInputError("there is no sweep to draw yet: start one first")
        target = self._job.experiment.training.target_error
        with self._job.lock:
            picture = SweepPicture(self._job.table, self.figures.measure, target, self.figures.answer, self.curvature)
        with theme.using(chosen):
            save_sweep_widget(picture, path)

    # The sweep.

    @Slot()
    def start_sweep(self) -> None:
        """Sweep what the fields say."""
        if (asked := self._asked_for()) is None:
            return
        experiment, grid = asked
        self._forget()
        self._job = SweepJob(experiment, grid, self.engine)
        self.maps.show_grid(grid)
        self.stack.setCurrentIndex(int(self.cuts_button.isChecked()))
        self.runner.start(self._job)
        self._look.start()
        self._show_running()
        self._look_at_sweep()

    def _training(self) -> Training:
        """The selected run's settings, from which a sweep varies three."""
        assert self.setup is not None
        runs = self.setup.experiment.runs
        return replace(runs[min(self.selected, len(runs) - 1)].training, change=[])

    def _asked_for(self) -> tuple[Experiment, Grid] | None:
        """What the fields ask for; where that is not allowed, say so."""
        if self.setup is None:
            return None
        try:
            asked = self.form.asked(self.setup, self._training())
        except BadInputError as error:
            self._show_problem(str(error))
            return None
        self._show_problem("")
        return asked

    def _forget(self) -> None:
        """Drop the sweep that is shown."""
        self.runner.cancel()
        self.background.cancel()
        self.theory.cancel()
        self._job = self.figures = self._hovered_cell = self._curvature_of = None
        self.curvature = math.nan
        self._asked = self._drawn = ()
        self.detail.clear()
        self.sentence.clear()
        self.pause.setChecked(False)
        self._box(None)
        self._show_running()

    @Slot()
    def _look_at_sweep(self) -> None:
        """Show how far the sweep is, and ask for what is to be drawn where there is more."""
        if self._job is None:
            return
        self._show_progress()
        tired = time.perf_counter() - self._finished < self._seconds / SHARE
        if not (tired and self.runner.running) and not self.background.busy:
            self._ask()

    def _ask(self) -> None:
        """Have the figures worked out for what is in the table now."""
        job = self._job
        if job is None or job.version == 0:
            return
        wanted = (job, job.version, self.form.chosen_measure)
        if wanted != self._asked:
            self._asked = wanted
            self.background.request(lambda _cancelled: figures_of(job, wanted[2]))

    @Slot(object)
    def _show_figures(self, figures: Figures) -> None:
        if figures.job is not self._job:
            return
        self.figures = figures
        self.redraw_now()
        self._say()
        self._show_key()
        self._look_at_sweep()

    def _say(self) -> None:
        """The answer in words, and what may be done with it."""
        figures, job = self.figures, self._job
        if figures is None or job is None:
            return
        answer = figures.answer
        if answer is None:
            lowest = job.grid.learning_rate.values[0]
            self.sentence.setText(
                f"No cell succeeded so far: try learning rates below {lowest:g}, more epochs, or a higher target error."
            )
        else:
            so_far = "" if job.table.complete else "So far: " if self.runner.running else "Of what was trained: "
            self.sentence.setText(so_far + answer.sentence())
        self.use.setEnabled(answer is not None)
        self.setAccessibleDescription(self.summary())
        if not self.runner.running and answer is not None:
            self._measure_curvature(answer.cell)

    def _measure_curvature(self, cell: Cell) -> None:
        """Have the largest curvature measured where the best cell ends, for the boundary that theory draws."""
        job = self._job
        if job is None or self._curvature_of == (job, cell):
            return
        self._curvature_of = (job, cell)
        self.theory.request(partial(measured_curvature, job, cell))

    @Slot(object)
    def _show_curvature(self, found: tuple[SweepJob, Cell, float]) -> None:
        if found[:2] == self._curvature_of:
            self.curvature = found[2]
            self.redraw_now()
            self._show_key()

    @Slot(object, str)
    def _ended(self, job: SweepJob, problem: str) -> None:
        if job is self._job:
            self._look.stop()
            self._show_problem(problem)
            self._show_running()
            self._show_progress()
            self._ask()
            self._say()

    # What the user does.

    @Slot(bool)
    def _pause_toggled(self, paused: bool) -> None:
        self.runner.pause(paused)
        self.pause.setText("Go on" if paused else "Pause")
        self._show_progress()

    @Slot()
    def _use(self) -> None:
        if self.figures is not None and (answer := self.figures.answer) is not None:
            self.settings_wanted.emit(answer.rule, answer.learning_rate, answer.momentum)

    @Slot(bool)
    def _cuts_toggled(self, shown: bool) -> None:
        self.stack.setCurrentIndex(int(shown))
        self.redraw_now()

    @Slot()
    def _rule_chosen(self) -> None:
        self._own_rule = True

    @Slot()
    def _form_changed(self) -> None:
        if (asked := self._asked_for()) is not None and self._job is None:
            self.state.setText(size_text(*asked))
        self.start.setEnabled(asked is not None and not self.runner.running)

    @Slot()
    def _measure_changed(self) -> None:
        self._form_changed()
        if self._job is not None and not self.problem.text():
            self._ask()

    @Slot(object)
    def _hover(self, cell: Cell | None) -> None:
        self._hovered_cell = cell
        self._show_key()

    @Slot(object)
    def _click(self, cell: Cell) -> None:
        if self._job is not None:
            grid = self._job.grid
            self.run_wanted.emit(
                grid.rules[cell.rule],
                grid.learning_rate.values[cell.learning_rate],
                grid.momentum.values[cell.momentum],
            )

    @Slot(object)
    def _box(self, ranges: tuple[tuple[float, float], tuple[float, float]] | None) -> None:
        self.finer.setVisible(ranges is not None)
        if ranges is None or self._job is None:
            self.maps.show_boxes(QRectF())
            return
        grid = self._job.grid
        self.form.learning_rate.show_ends(ranges[0], grid.learning_rate)
        self.form.momentum.show_ends(ranges[1], grid.momentum)
        self.finer.setEnabled(self.start.isEnabled())

    # What is shown.

    def _show_running(self) -> None:
        running = self.runner.running
        self.start.setEnabled(not running and not self.problem.text())
        self.start.setDefault(not running)
        self.finer.setEnabled(self.start.isEnabled())
        self.pause.setEnabled(running)
        self.cancel.setEnabled(running)
        self.use.setEnabled(self.figures is not None and self.figures.answer is not None)
        self.progress.setVisible(running)
        self._show_key()

    def _show_progress(self) -> None:
        if self._job is None:
            return
        progress = self._job.progress
        self.progress.setValue(round(1000 * progress.share))
        parts = [f"{progress.done:,} of {progress.total:,}"]
        if self._job.paused and self.runner.running:
            parts.append("paused")
        elif self.runner.running:
            parts.append(
                f"{time_text(progress.seconds_left)} left" if progress.seconds_left is not None else "preparing"
            )
        else:
            parts.append("cancelled" if progress.done < progress.total else f"in {time_text(progress.seconds)}")
        self.state.setText(", ".join(parts))
        self.state.setToolTip(self.state.text())

    @Slot(str)
    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _show_key(self) -> None:
        """The cell under the mouse in words, or what the signs of the maps mean."""
        job, figures = self._job, self.figures
        if job is None:
            self.detail.setText("Start trains every cell of the grid: the whole trial and error at once.")
            return
        if self._hovered_cell is not None:
            target = job.experiment.training.target_error
            self.detail.setText(cell_text(job.table, self._hovered_cell, self.form.chosen_measure, target))
            return
        parts = ["Ring: best. Outline: within 10 %."]
        if figures is not None and figures.numbers.diverged.any():
            parts.append("Hatched: diverged.")
        if figures is not None and (np.isinf(figures.numbers.values) & ~figures.numbers.diverged).any():
            parts.append("Grey: not reached.")
        if figures is not None and not figures.known.all():
            parts.append("Pale: not trained yet.")
        if self.curvature > 0:
            shown = any(np.isfinite(chart.marks.boundary).all(axis=1).any() for chart in self.maps.maps)
            where = "Dashed" if shown else "Beyond these rates"
            parts.append(f"{where}: theory’s bound for the measured λmax, {number_text(self.curvature, 3)}.")
        parts.append("Click a cell to add it as a run; drag a box for a finer sweep.")
        self.detail.setText(" ".join(parts))


class Stack(QStackedWidget):
    """Maps or cuts: as large as there is room, whatever they would like to be."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return QSize(100, 0 if shown is None else shown.minimumHeight())


def measured_curvature(job: SweepJob, cell: Cell, cancelled: Cancelled) -> tuple[SweepJob, Cell, float] | None:
    """The largest curvature where a cell ends; None if cancelled."""
    found = curvature_at_end(job.experiment, job.grid, cell, job.engine, cancelled)
    return None if cancelled() else (job, cell, found)


def size_text(experiment: Experiment, grid: Grid) -> str:
    """How large a sweep would be."""
    return f"{grid.runs:,} training{'s' if grid.runs != 1 else ''} of {experiment.training.epochs:,} epochs"


def time_text(seconds: float) -> str:
    """A length of time: 0.4 s, 12 s, 3 min, 2 h."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
