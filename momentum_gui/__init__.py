"""Momentum GUI: watch what momentum does to online back-propagation.

Three floors, imports point down only: `momentum_gui.gui` (the window) stands on `momentum_gui.lab` (experiments,
training, logs), which stands on `momentum_gui.engine` (arrays in, arrays out). `docs/architecture.md` has the plan.
"""

__version__ = "0.1.0"  # the only place that names the version: the build reads it from here
