"""What the views have in common: which record they show, a row of controls above, and a word for each picture."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.widgets.rich_line import RichLine
from momentum_gui.lab.recording.record import Record, RunRecord
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import RunFrame


class PlotView(QWidget):
    """A view of a record: a row of controls, and below it what a subclass puts into `body`.

    A subclass says in `arrange` what a new training means for it, in `redraw` how it is brought up to date, in
    `summary` what is to be seen, for those who do not see it. `selected`, `visible_runs` and `moment` (epochs; None =
    the present) are as the window last said.
    """

    title = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setup: Setup | None = None
        self.record: Record | None = None
        self.selected = 0
        self.visible_runs: tuple[bool, ...] = ()
        self.moment: float | None = None
        self.plots: list[Plot] = []
        self.controls = QHBoxLayout()
        self.controls.setContentsMargins(8, 4, 8, 0)
        self.controls.setSpacing(4)
        self.read_out = RichLine()
        self.read_out.setProperty("muted", True)
        self.controls.addWidget(self.read_out, 1)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self.controls)
        box.addLayout(self.body, 1)
        self.setAccessibleName(self.title)

    @property
    def painting(self) -> float:
        """Seconds of the window's thread that painting it took last."""
        return sum(plot.painting for plot in self.plots if plot.isVisible())

    def add_plot(self, plot: Plot, stretch: int = 1) -> Plot:
        """Put a plot below those there are."""
        plot.setAccessibleName(self.title)
        plot.fitted.connect(self.redraw_now)
        self.plots.append(plot)
        self.body.addWidget(plot, stretch)
        return plot

    def add_button(self, text: str, tip: str, *, checkable: bool = False, checked: bool = False) -> QToolButton:
        """A small button at the right of the row of controls."""
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setChecked(checked)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.controls.addWidget(button)
        return button

    def begin(self, setup: Setup, record: Record) -> None:
        """Show a new training."""
        self.setup, self.record, self.moment = setup, record, None
        self.selected = min(self.selected, len(record.runs) - 1)
        if len(self.visible_runs) != len(record.runs):
            self.visible_runs = (True,) * len(record.runs)
        for plot in self.plots:
            plot.automatic = True
        self.read_out.clear()
        self.arrange()
        self.redraw_now()

    def update_view(self) -> None:
        """Bring the view up to the record as it is now."""
        self.redraw_now()

    def redraw_now(self) -> None:
        """Draw what the record holds."""
        if self.record is not None:
            self.redraw()
            self.setAccessibleDescription(self.summary())

    def set_selected(self, run: int) -> None:
        """Another run is looked at."""
        if self.record is not None and 0 <= run < len(self.record.runs):
            self.selected = run
            self.redraw_now()

    def set_visible_runs(self, visible: tuple[bool, ...]) -> None:
        """Show these runs and hide the others."""
        self.visible_runs = tuple(visible)
        self.redraw_now()

    def set_moment(self, epochs: float | None) -> None:
        """Show a past moment; None = the present."""
        self.moment = epochs
        self.redraw_now()

    def apply_theme(self) -> None:
        """The theme changed."""
        for plot in self.plots:
            plot.apply_theme()
        self.recolor()
        self.redraw_now()

    def runs_shown(self) -> list[tuple[int, RunRecord]]:
        """The visible runs, with their numbers."""
        if self.record is None:
            return []
        shown = self.visible_runs
        return [(number, run) for number, run in enumerate(self.record.runs) if number < len(shown) and shown[number]]

    @property
    def run(self) -> RunRecord | None:
        """The selected run's record."""
        return None if self.record is None else self.record.runs[self.selected]

    @property
    def shown_frame(self) -> RunFrame | None:
        """The selected run's frame at the moment shown; None where that is a past one that is not (yet) known."""
        return None if self.run is None else self.run.frame_at(self.moment)

    @property
    def frame_to_draw(self) -> RunFrame | None:
        """The frame shown, or while its moment is being trained again, as when time is played, the one found last."""
        run, frame = self.run, self.shown_frame
        if frame is None and run is not None and run.looked_at is not None:
            return run.looked_at[1]
        return frame

    def too_far_words(self) -> str:
        """Why a moment is not shown, in a sentence."""
        return "This moment is too far to be trained again quickly; “Go on from here” winds back to it."

    def arrange(self) -> None:
        """Prepare for a new training."""

    def redraw(self) -> None:
        """Bring the plots up to date."""

    def recolor(self) -> None:
        """Take the theme's colours for pens and brushes that outlive a redraw."""

    def summary(self) -> str:
        """What is to be seen, in a sentence or two."""
        return ""

    def painted(self, scale: float) -> QImage | None:
        """An image that stands for the plots where they are not what is seen, at `scale` times its size; else None."""
        return None

    def export_table(self) -> tuple[list[str], list[list[object]]]:
        """The data drawn: header and rows."""
        return [], []
