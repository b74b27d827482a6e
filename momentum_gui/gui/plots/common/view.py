"""A view: a widget of the window that shows its state when it is visible and out of date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import QSizeF, Signal
from PySide6.QtWidgets import QGraphicsView, QWidget

from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.gui.paper.devices import Figure
from momentum_gui.gui.state import ShownTraining, WindowState
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import RunFrame

NOTHING = WindowState(Experiment())
"""The state before there is a training."""
TOO_FAR = "This moment is too far back to be replayed quickly; “Go on from here” goes back to it."


class View(QWidget):
    """One view. The window calls `show_state` whenever the view is visible and its state or record has changed.

    `shown` is the state that the picture on the screen shows, whole; nothing of it is kept elsewhere. A subclass says
    in `arrange` what another training means for it, in `select` what another selected run does, and in `redraw` how
    the picture is brought up to date. The signals are what a view may ask of the window.
    """

    title: ClassVar[str] = ""
    pause: ClassVar[float] = 0.0
    """Seconds between two redraws: more often than that nobody can follow."""

    start_chosen = Signal(object, bool)  # weights by name, and whether for the selected run only
    weight_edited = Signal(str, float)
    weight_followed = Signal(str)
    run_wanted = Signal(str, float, float)  # rule, learning rate, momentum
    settings_wanted = Signal(str, float, float)
    equal_rate_wanted = Signal(int)
    log_toggled = Signal(bool)
    item_chosen = Signal(int)  # an item to be shown in the data, training items first

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = NOTHING
        self.setAccessibleName(self.title)

    # What is shown.

    @property
    def training(self) -> ShownTraining | None:
        """The training shown."""
        return self.shown.training

    @property
    def setup(self) -> Setup | None:
        """The set-up of the training shown."""
        return self.shown.setup

    @property
    def record(self) -> Record | None:
        """The record shown."""
        return self.shown.record

    @property
    def selected(self) -> int:
        """The number of the selected run."""
        return self.shown.selected

    @property
    def moment(self) -> float | None:
        """The moment shown, in epochs; None = the present."""
        return self.shown.moment

    @property
    def run(self) -> RunRecord | None:
        """The selected run's record."""
        return self.shown.run

    @property
    def known_rules(self) -> Mapping[str, Rule]:
        """Every rule that a run of the training may use, by id."""
        return RULES if self.setup is None else self.setup.rules

    def runs_shown(self) -> list[tuple[int, RunRecord]]:
        """Return the visible runs, each with its number."""
        return self.shown.runs_shown

    @property
    def shown_frame(self) -> RunFrame | None:
        """The selected run's frame at the moment shown; None where that is a past one that is not (yet) known."""
        return None if self.run is None else self.run.frame_at(self.moment)

    @property
    def frame_to_draw(self) -> RunFrame | None:
        """The frame shown or, while its moment is being replayed, the one found last."""
        run, frame = self.run, self.shown_frame
        if frame is None and run is not None and run.looked_at is not None:
            return run.looked_at[1]
        return frame

    # What the window calls.

    def show_state(self, state: WindowState) -> None:
        """Show a state, or again the one that is shown, as its record may have grown."""
        before, self.shown = self.shown, state
        if state.training is None:
            return
        if state.record is not before.record:
            self.arrange()
            self.select()
        elif state.selected != before.selected:
            self.select()
        self.redraw_now()

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        self.recolor()
        self.redraw_now()

    def follow(self, name: str) -> None:
        """Follow a weight that was chosen in another view."""

    def show_item(self, item: int) -> None:
        """Show an item of the data, by its number, training items first."""

    def set_engine(self, name: str) -> None:
        """Use this engine for the view's own work."""

    def set_log(self, log: bool) -> None:
        """Use a logarithmic or a linear error axis."""

    def end(self) -> None:
        """End the view's work in the background: the window closes."""

    # What the window asks.

    @property
    def painting(self) -> float:
        """The seconds of the window's thread that painting the view took last; 0 where it is not measured."""
        return 0.0

    @property
    def has_news(self) -> bool:
        """Whether the view has something to show that the state does not say."""
        return False

    @property
    def busy(self) -> bool:
        """Whether the view still works on its picture."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.shown.training is None

    def summary(self) -> str:
        """Return what there is to see, in a sentence or two, for those who do not see it."""
        return ""

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """Return the data drawn: header and rows."""
        return [], []

    def figure(self, room: QSizeF | None) -> Figure | None:
        """Return the view's own form for paper in the theme in force, for so much room in pixels of a screen.

        Without `room` it is as large as it likes. None where its plots are drawn as they are on the screen. Raises
        BadInputError where there is nothing to draw.
        """
        return None

    # What a subclass does.

    def arrange(self) -> None:
        """Prepare for another training."""

    def select(self) -> None:
        """Prepare for another selected run."""

    def redraw(self) -> None:
        """Bring the picture up to date."""

    def recolor(self) -> None:
        """Take the theme's colours for pens and brushes that outlive a redraw."""

    def redraw_now(self) -> None:
        """Draw what is shown, and describe it."""
        if self.shown.training is not None:
            self.redraw()
            self.describe(self.summary())

    def describe(self, text: str) -> None:
        """Let those who do not see the picture hear what it shows, where the focus is: at its plots."""
        before = self.accessibleDescription()
        self.setAccessibleDescription(text)
        for plot in self.findChildren(QGraphicsView):
            if plot.accessibleDescription() in ("", before):  # some have words of their own
                plot.setAccessibleName(plot.accessibleName() or self.title)
                plot.setAccessibleDescription(text)

    def redraw_at_rest(self) -> None:
        """Draw as finely as when nothing moves, for paper."""
        self.redraw_now()
