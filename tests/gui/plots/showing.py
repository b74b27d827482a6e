"""Shows a training in a view as the window does: state by state."""

from __future__ import annotations

from dataclasses import replace

from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.state import WindowState
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup


def begin(view: View, setup: Setup, record: Record, selected: int | None = None) -> None:
    """Show a training at the present, with all runs visible; the selected run stays, as far as there is one."""
    number = view.shown.selected if selected is None else selected
    view.show_state(WindowState.of_record(setup, record, min(number, len(record.runs) - 1)))


def update(view: View) -> None:
    """Show the same state again, as its record may have grown."""
    view.show_state(view.shown)


def select(view: View, run: int) -> None:
    """Select another run."""
    view.show_state(replace(view.shown, selected=run))


def show_runs(view: View, visible: tuple[bool, ...]) -> None:
    """Show these runs and hide the others."""
    view.show_state(replace(view.shown, visible=visible))


def show_moment(view: View, epochs: float | None) -> None:
    """Show a past moment; None = the present."""
    view.show_state(replace(view.shown, moment=epochs))
