"""What views ask of the window: another start, another weight, a run with certain settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from momentum_gui.engine.analysis.convergence import equal_rate
from momentum_gui.gui.controllers.runs import RunController
from momentum_gui.gui.panels.run_dialog import NewRun
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.experiment import edits


class ViewRequests(QObject):
    """Carries out what views ask for; what a view asks while it still shows another training is dropped.

    `weight_followed` carries a weight that all views are to follow, `item_chosen` an item to be shown in the data.
    """

    weight_followed = Signal(str)
    item_chosen = Signal(int)

    def __init__(self, session: Session, runs: RunController, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._runs = session, runs

    @Slot(object)
    def connect_view(self, view: View) -> None:
        """Connect a new view, and let it use the engine that was asked for."""
        if self._session.engine_asked != "auto":
            view.set_engine(self._session.engine_asked)
        view.start_chosen.connect(self.set_start)
        view.weight_edited.connect(self.set_weight)
        view.weight_followed.connect(self.weight_followed)
        view.run_wanted.connect(self.add_run)
        view.settings_wanted.connect(self.use_settings)
        view.equal_rate_wanted.connect(self.add_equal_rate)
        view.item_chosen.connect(self.show_item)

    @property
    def _is_late(self) -> bool:
        """Whether the view that asks shows another training than the window does by now."""
        view = self.sender()
        return isinstance(view, View) and view.record is not self._session.record

    @Slot(object, bool)
    def set_start(self, weights: dict[str, float], selected_only: bool) -> None:
        """Let all runs, or the selected one, start from other weights."""
        if self._is_late:
            return
        now = self._session.now
        runs = (now.selected,) if selected_only else tuple(range(len(now.settings)))
        self._runs.set_start(runs, dict(weights))

    @Slot(str, float)
    def set_weight(self, name: str, value: float) -> None:
        """Give a weight of the selected run another value."""
        if not self._is_late:
            self._runs.set_weight(self._session.now.selected, name, value)

    @Slot(str, float, float)
    def add_run(self, rule: str, learning_rate: float, momentum: float) -> None:
        """Add a run with these settings, named after them."""
        name = f"{rule} {learning_rate:.3g}"
        if self._session.experiment.rules[rule].coefficients(0.5).b:
            name += f" {momentum:.3g}"
        self._add(name, rule, learning_rate, momentum, self._session.now.selected)

    @Slot(str, float, float)
    def use_settings(self, rule: str, learning_rate: float, momentum: float) -> None:
        """Put these settings into the selected run."""
        values = {"rule": rule, "learning_rate": learning_rate, "momentum": momentum}
        self._runs.change((self._session.now.selected,), values)

    @Slot(int)
    def add_equal_rate(self, run: int) -> None:
        """Add a plain run at the effective rate of another: its rate times the gain of a steady gradient."""
        if self._is_late:
            return
        settings = self._session.settings[run]
        rules = self._session.experiment.rules
        own, plain = rules[settings.rule].coefficients(settings.momentum), rules["plain"].coefficients(0.0)
        rate = equal_rate(settings.learning_rate, own, plain)
        self._add(f"plain {rate:.4g}", "plain", rate, settings.momentum, run)

    @Slot(int)
    def show_item(self, item: int) -> None:
        """Show an item in the data."""
        if not self._is_late:
            self.item_chosen.emit(item)

    def _add(self, name: str, rule: str, learning_rate: float, momentum: float, origin: int) -> None:
        free = edits.free_name(self._session.experiment, name)
        self._runs.add_run(NewRun(free, rule, learning_rate, momentum, origin, None))
