"""A view made of plots: a row of controls above, the plots below, and words about what is pointed at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from momentum_gui.gui.plots.common.plot import Plot
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.widgets.rich_line import RichLine
from momentum_gui.gui.widgets.rich_text import escaped


class PlotView(View):
    """A row of `controls`, and below it what a subclass puts into `body`; `read_out` is what the mouse points at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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

    @property
    def painting(self) -> float:
        """The seconds of the window's thread that painting the plots took last."""
        return sum(plot.painting for plot in self.plots if plot.isVisible())

    def add_plot(self, plot: Plot, stretch: int = 1) -> Plot:
        """Put a plot below those there are."""
        plot.setAccessibleName(self.title)
        plot.fitted.connect(self.redraw_now)
        self.plots.append(plot)
        self.body.addWidget(plot, stretch)
        return plot

    def add_button(self, text: str, tip: str, *, checkable: bool = False, checked: bool = False) -> QToolButton:
        """Put a small button at the right of the row of controls."""
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setChecked(checked)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.controls.addWidget(button)
        return button

    def show_state(self, state: WindowState) -> None:
        """Show a state; with another training the plots find their ranges by themselves again."""
        if state.record is not self.record:
            for plot in self.plots:
                plot.automatic = True
            self.read_out.clear()
        super().show_state(state)

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        for plot in self.plots:
            plot.apply_theme()
        super().apply_theme()

    def legend(self) -> list[str]:
        """Return what is drawn, as rich text, one entry for each: the visible runs in their colours."""
        return [
            f'<span style="color:{theme.run_color(run)}"><b>{theme.run_swatch(run)}</b></span> {escaped(record.name)}'
            for run, record in self.runs_shown()
        ]

    def key_text(self) -> str:
        """Return what the signs in the plots mean, as rich text."""
        return ""

    def captions(self) -> list[str]:
        """Return what the view says below its plots, as rich text."""
        return []

    def painted(self, scale: float) -> QImage | None:
        """Return an image to show in place of the plots where something else is seen, at `scale` times its size."""
        return None
