"""The sweep: a grid of learning rates and momenta trained at a click, shown as live maps with the answer in words."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSizeF, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.interface import choose, ready
from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.plots.common.plot_view import PlotView
from momentum_gui.gui.plots.sweep.controls import SweepControls
from momentum_gui.gui.plots.sweep.figures import Figures, cell_text, trained_rows
from momentum_gui.gui.plots.sweep.page import SweepPage
from momentum_gui.gui.plots.sweep.picture import SweepPicture, sweep_figure
from momentum_gui.gui.plots.sweep.runner import SweepJob, SweepRunner
from momentum_gui.gui.plots.sweep.watch import SweepWatch
from momentum_gui.gui.plots.sweep.words import answer_text, key_text, size_text
from momentum_gui.gui.style import theme
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.sweep.block import NUMBERS
from momentum_gui.lab.sweep.grid import Cell, Grid
from momentum_gui.lab.sweep.stability_line import UNKNOWN, EndCurvature


class SweepView(PlotView):
    """Start, pause or cancel a sweep; look at it cell by cell; take settings over from it."""

    title = "Sweep"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine = "auto"
        self.job: SweepJob | None = None
        self.figures: Figures | None = None
        self.curvature: EndCurvature = UNKNOWN
        self.runner = SweepRunner(self)
        self.watch = SweepWatch(self.runner, self)
        self.read_out.hide()
        self.steering, self.page = SweepControls(), SweepPage()
        self.form, self.maps, self.cuts = self.page.form, self.page.maps, self.page.cuts
        self.controls.insertWidget(0, self.steering, 1)
        self.cuts_button = self.add_button("Cuts", "Curves through the best cell instead of maps", checkable=True)
        self.body.addWidget(self.page)
        self._own_rule = False
        self._hovered_cell: Cell | None = None
        self._drawn: tuple[object, ...] = ()
        self._connect()
        self._show_running()

    def _connect(self) -> None:
        self.steering.started.connect(self.start_sweep)
        self.steering.pause_wanted.connect(self._pause)
        self.steering.cancelled.connect(self.runner.cancel)
        self.page.finer.clicked.connect(self.start_sweep)
        self.page.use.clicked.connect(self._use)
        self.cuts_button.toggled.connect(self._cuts_toggled)
        self.form.rule.activated.connect(self._rule_chosen)
        self.form.changed.connect(self._form_changed)
        self.form.measure_changed.connect(self._measure_changed)
        self.maps.hovered.connect(self._hover)
        self.maps.clicked.connect(self._click)
        self.maps.boxed.connect(self._box)
        self.maps.coloured.connect(self.watch.took)
        self.runner.ended.connect(self._ended)
        self.runner.settled.connect(self._settled)
        self.watch.looked.connect(self._show_progress)
        self.watch.figured.connect(self._show_figures)
        self.watch.measured.connect(self._show_curvature)
        self.watch.failed.connect(self.page.show_problem)

    # What the window says.

    @property
    def is_empty(self) -> bool:
        """Whether there is no sweep to draw."""
        return self.figures is None

    def select(self) -> None:
        """Offer the selected run's rule, until one was chosen."""
        if self.job is None and not self._own_rule:
            self.form.show_rule(self._training())
            self._form_changed()

    def set_engine(self, name: str) -> None:
        """Train with this engine, the compiled one only once it is compiled."""
        self.engine = name

    def arrange(self) -> None:
        """Another problem ends the sweep of the last one; the same one with other runs does not."""
        assert self.setup is not None
        experiment = self.setup.experiment
        if (
            self.job is None
            or self.job.experiment.problem != experiment.problem
            or (self.job.experiment.network != experiment.network)
        ):
            self._forget()
            engine = self.engine if self.engine == "numpy" else choose("auto").name
            self.form.show_defaults(self.setup, self._training(), engine)
        self._form_changed()

    def redraw(self) -> None:
        """Draw the figures, if they are not drawn yet."""
        if self.figures is None:
            return
        wanted = (self.figures, self.curvature, theme.current().name, self.page.shows_maps)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        if self.page.shows_maps:
            self.maps.show_figures(self.figures, self.curvature, at_once=not self.runner.running)
        else:
            self.cuts.show_figures(self.figures)

    def recolor(self) -> None:
        """The theme's colours for what outlives a redraw."""
        self.maps.apply_theme()
        self.cuts.apply_theme()

    def summary(self) -> str:
        """Return the answer."""
        return self.page.sentence.text()

    def end(self) -> None:
        """Cancel what is under way; a sweep's own threads end by themselves."""
        self.runner.close()
        self.watch.close()

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return a row for each training that is done."""
        header = ["rule", "learning_rate", "momentum", "seed", "outcome", "epochs", *NUMBERS]
        return header, [] if self.job is None else trained_rows(self.job)

    def figure(self, room: QSizeF | None) -> Figure:
        """Return the maps with the answer. Raises BadInputError where there is nothing yet."""
        if self.figures is None or self.job is None:
            raise BadInputError("there is no sweep to draw yet: start one first")
        target = self.job.experiment.training.target_error
        with self.job.lock:
            picture = SweepPicture(self.job.table, self.figures.measure, target, self.figures.answer, self.curvature)
        return sweep_figure(picture, room, self.font())

    # The sweep.

    @Slot()
    def start_sweep(self) -> None:
        """Sweep what the fields say."""
        if (asked := self._asked_for()) is None:
            return
        self._forget()
        engine = self.engine if self.engine == "numpy" else ready().name
        self.job = SweepJob(*asked, engine, self.form.chosen_measure)
        self.maps.show_grid(self.job.grid)
        self.page.show_cuts(self.cuts_button.isChecked())
        self.watch.measure = self.form.chosen_measure
        self.runner.start(self.job)
        self._show_running()
        self.watch.begin(self.job)

    def _training(self) -> Training:
        """Return the selected run's settings, from which a sweep varies three."""
        assert self.setup is not None
        return replace(self.setup.experiment.runs[self.selected].training, change=[])

    def _asked_for(self) -> tuple[Experiment, Grid] | None:
        """Return what the fields ask for; where that is not allowed, say so."""
        if self.setup is None:
            return None
        try:
            asked = self.form.asked(self.setup, self._training())
        except BadInputError as error:
            self.page.show_problem(str(error))
            return None
        self.page.show_problem("")
        return asked

    def _forget(self) -> None:
        """Drop the sweep that is shown."""
        self.job = self.figures = self._hovered_cell = None
        self.runner.cancel()
        self.watch.forget()
        self.curvature = UNKNOWN
        self._drawn = ()
        self.page.show_invitation()
        self.page.sentence.clear()
        self.steering.pause.setChecked(False)
        self._box(None)
        self._show_running()

    @Slot(object)
    def _show_figures(self, figures: Figures) -> None:
        self.figures = figures
        self.redraw_now()
        self._say()
        self._show_key()

    def _say(self) -> None:
        """The answer in words, and what may be done with it."""
        if self.figures is None:
            return
        answer, running = self.figures.answer, self.runner.running
        self.page.sentence.setText(answer_text(self.figures, running=running))
        self.page.use.setEnabled(answer is not None)
        self.describe(self.summary())
        if not running and answer is not None:
            self.watch.ask_curvature(answer.cell)

    @Slot(object)
    def _show_curvature(self, curvature: EndCurvature) -> None:
        self.curvature = curvature
        self.redraw_now()
        self._show_key()

    @Slot(object, str)
    def _ended(self, job: SweepJob, problem: str) -> None:
        if job is self.job:
            self.page.show_problem(problem)
            self._show_running()
            self._show_progress()
            self.watch.rest()
            self._say()

    @Slot(object)
    def _settled(self, job: SweepJob) -> None:
        """A block may have come in just before a cancelled sweep's thread ended."""
        if job is self.job:
            self._show_progress()
            self.watch.rest()

    # What the user does.

    @Slot(bool)
    def _pause(self, paused: bool) -> None:
        self.runner.pause(paused)
        self._show_progress()

    @Slot()
    def _use(self) -> None:
        if self.figures is not None and (answer := self.figures.answer) is not None:
            self.settings_wanted.emit(answer.rule, answer.learning_rate, answer.momentum)

    @Slot(bool)
    def _cuts_toggled(self, shown: bool) -> None:
        if self.job is not None:
            self.page.show_cuts(shown)
            self.redraw_now()

    @Slot()
    def _rule_chosen(self) -> None:
        self._own_rule = True

    @Slot()
    def _form_changed(self) -> None:
        if (asked := self._asked_for()) is not None and self.job is None:
            self.steering.state.setText(size_text(*asked))
        self.steering.start.setEnabled(asked is not None and not self.runner.running)

    @Slot()
    def _measure_changed(self) -> None:
        self._form_changed()
        if self.job is not None and not self.page.problem.text():
            self.watch.measure = self.form.chosen_measure
            self.watch.ask()

    @Slot(object)
    def _hover(self, cell: Cell | None) -> None:
        self._hovered_cell = cell
        self._show_key()

    @Slot(object)
    def _click(self, cell: Cell) -> None:
        if self.job is not None:
            grid = self.job.grid
            rate, momentum = grid.learning_rate.values[cell.learning_rate], grid.momentum.values[cell.momentum]
            self.run_wanted.emit(grid.rules[cell.rule], rate, momentum)

    @Slot(object)
    def _box(self, ranges: tuple[tuple[float, float], tuple[float, float]] | None) -> None:
        self.page.finer.setVisible(ranges is not None)
        if ranges is None or self.job is None:
            self.maps.show_boxes(QRectF())
            return
        grid = self.job.grid
        self.form.learning_rate.show_ends(ranges[0], grid.learning_rate)
        self.form.momentum.show_ends(ranges[1], grid.momentum)
        self.page.finer.setEnabled(self.steering.start.isEnabled())

    # What is shown.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.page.give_words_room(self.width())

    def _show_running(self) -> None:
        self.steering.show_running(self.runner.running, allowed=not self.page.problem.text())
        self.page.finer.setEnabled(self.steering.start.isEnabled())
        self.page.use.setEnabled(self.figures is not None and self.figures.answer is not None)
        self._show_key()

    @Slot()
    def _show_progress(self) -> None:
        if self.job is not None:
            job, running = self.job, self.runner.running
            self.steering.show_progress(job.progress, running=running, paused=job.paused, confirming=job.confirming)

    def _show_key(self) -> None:
        """The cell under the mouse in words, or what the signs of the maps mean."""
        job, cell = self.job, self._hovered_cell
        if job is None:
            self.page.detail.clear()
        elif cell is not None:
            target = job.experiment.training.target_error
            self.page.detail.setText(cell_text(job.table, cell, self.watch.measure, target))
        else:
            shown = self.maps.shows_boundary
            self.page.detail.setText(key_text(self.figures, self.curvature, boundary_shown=shown))
