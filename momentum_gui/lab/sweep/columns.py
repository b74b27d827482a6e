"""What the columns of a sweep's table mean."""

from __future__ import annotations

from momentum_gui.lab.recording.columns import ERROR_UNIT, NUMBER, TEXT, WHOLE, ColumnFact

SWEEP = (
    ColumnFact("rule", TEXT, "", "momentum rule; only in a sweep of several rules"),
    ColumnFact("learning_rate", NUMBER, "", "learning rate of the cell"),
    ColumnFact("momentum", NUMBER, "", "momentum factor of the cell"),
    ColumnFact("seed", WHOLE, "", "seed of initial weights and order of items"),
    ColumnFact("outcome", TEXT, "", "finished, converged or diverged"),
    ColumnFact("epochs", WHOLE, "epochs", "epochs done"),
    ColumnFact("error", NUMBER, ERROR_UNIT, "loss averaged over the training items at the end"),
    ColumnFact("accuracy", NUMBER, "share", "share of the training items whose class is right; empty for a regression"),
)
"""The columns of `sweep --csv`, a row for each cell and seed."""
