"""The trainer under its published name: `from momentum_gui.lab.trainer import Trainer`."""

from momentum_gui.lab.training.trainer import Trainer

__all__ = ["Trainer"]
