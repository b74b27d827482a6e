"""Momentum GUI: watch what momentum does to online back-propagation.

Three floors, and imports point down only: `gui` (the window) stands on `lab` (experiments, training, logs), which
stands on `engine` (arrays in, arrays out). `docs/architecture.md` has the plan.
"""

__version__ = "0.1.0"  # the only place that names the version: the build reads it from here
