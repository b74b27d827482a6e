"""What plots ask of the window: another start, another weight, a run with certain settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.rules import RULES
from momentum_gui.gui.panels.run_dialog import NewRun
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import edits

if TYPE_CHECKING:
    from momentum_gui.gui.main_window import MainWindow


class Wishes(QObject):
    """Connects the signals that a view may have, by their names, and grants what they ask for."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session

    @Slot(QWidget)
    def connect_view(self, view: QWidget) -> None:
        """Connect a new view; where a certain engine was asked for, the view's own work uses that one as well."""
        asked = self._session.engine_asked
        if asked != "auto" and (set_engine := getattr(view, "set_engine", None)) is not None:
            set_engine(asked)
        wishes = {
            "start_chosen": self.set_start,
            "weight_edited": self.set_weight,
            "weight_followed": self.follow,
            "run_wanted": self.add_run,
            "settings_wanted": self.use_settings,
            "equal_rate_wanted": self.add_equal_rate,
        }
        for name, slot in wishes.items():
            if (signal := getattr(view, name, None)) is not None:
                signal.connect(slot)

    @Slot(object, bool)
    def set_start(self, weights: dict[str, float], selected_only: bool) -> None:
        """Start all runs, or the selected one, from other weights."""
        runs = (self._window.selected,) if selected_only else tuple(range(len(self._session.settings)))
        try:
            self._session.set_start(runs, dict(weights))
        except BadInputError as error:
            self._window.refuse(str(error), "")
        self._window.wake()

    @Slot(str, float)
    def set_weight(self, name: str, value: float) -> None:
        """Give a weight of the selected run another value."""
        self._session.set_weights(self._window.selected, {name: value})
        self._window.wake()

    @Slot(str)
    def follow(self, name: str) -> None:
        """Let every other view follow the weight that was chosen in one."""
        for view in self._window.views.existing:
            if cast(object, view) is not self.sender() and (follow := getattr(view, "follow", None)) is not None:
                follow(name)
        self._window.wake()

    @Slot(str, float, float)
    def add_run(self, rule: str, learning_rate: float, momentum: float) -> None:
        """Add a run with these settings, named after them."""
        name = f"{rule} {learning_rate:.3g}"
        if RULES[rule].coefficients(0.5).b:
            name += f" {momentum:.3g}"
        name = edits.free_name(self._session.experiment, name)
        self._add(NewRun(name, rule, learning_rate, momentum, self._window.selected, None))

    @Slot(str, float, float)
    def use_settings(self, rule: str, learning_rate: float, momentum: float) -> None:
        """Put these settings into the selected run."""
        values = {"rule": rule, "learning_rate": learning_rate, "momentum": momentum}
        self._window.commands.change((self._window.selected,), values)

    @Slot(int)
    def add_equal_rate(self, run: int) -> None:
        """Add a plain run at the effective rate of another: its rate times what a steady gradient is amplified by."""
        from momentum_gui.engine.analysis.convergence import equal_rate

        settings = self._session.settings[run]
        own, plain = RULES[settings.rule].coefficients(settings.momentum), RULES["plain"].coefficients(0.0)
        rate = equal_rate(settings.learning_rate, own, plain)
        name = edits.free_name(self._session.experiment, f"plain {rate:.4g}")
        self._add(NewRun(name, "plain", rate, settings.momentum, run, None))

    def _add(self, new: NewRun) -> None:
        try:
            self._window.commands.add_run(new)
        except BadInputError as error:
            self._window.refuse(str(error), "runs")
