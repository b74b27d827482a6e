"""Experiments: loaded from TOML, validated, edited, saved."""

from momentum_gui.lab.experiment.experiment import Experiment, Run, built_in_names

__all__ = ["Experiment", "Run", "built_in_names"]
