"""The network's settings: layers, activations, loss, and where its weights start."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel

from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.widgets.declared import declared
from momentum_gui.gui.widgets.entries import ChoiceEntry, TextEntry
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.setup import Setup

KEYS = (
    "hidden",
    "hidden_activation",
    "output_activation",
    "loss",
    "weight_range",
    "initial_weights",
    "train_only",
)


class NetworkPanel(Section):
    """`edited` carries the settings to change, by section."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__("Network")
        self.summary = QLabel()
        self.summary.setProperty("muted", True)
        self.summary.setWordWrap(True)
        self.add_wide(self.summary)
        self.entries: dict[str, TextEntry | ChoiceEntry] = {}
        for key in KEYS:
            setting = declared("network", key)
            entry: TextEntry | ChoiceEntry = ChoiceEntry(setting) if setting.choices else TextEntry(setting)
            entry.edited.connect(self._edit)
            self.entries[key] = entry
            self.add_row(setting, entry)
        for key, text in (("hidden", "none"), ("train_only", "all weights")):
            entry = self.entries[key]
            assert isinstance(entry, TextEntry)
            entry.setPlaceholderText(text)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the network of an experiment; without initial weights of its own, that row is left out."""
        for key, entry in self.entries.items():
            entry.set_value(getattr(experiment.network, key))
        given = experiment.network.initial_weights is not None
        self.show_row("initial_weights", given)
        self.show_row("weight_range", not given)
        self.set_problem("")

    def show_setup(self, setup: Setup) -> None:
        """Say how large the network is."""
        if setup.network is not None:
            sizes = "–".join(str(size) for size in setup.network.sizes)
            self.summary.setText(f"{sizes}, {setup.network.weight_count:,} weights")

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self.edited.emit({"network": {key: value}})
