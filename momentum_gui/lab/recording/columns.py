"""What the columns of logs mean: declared once, for the log's header and for the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass

TEXT, WHOLE, NUMBER = "text", "whole number", "number"
ERROR_UNIT = "loss per item"
LENGTH = "length in weight space"


@dataclass(frozen=True)
class ColumnFact:
    """One column of a table: its name, the type and unit of its cells, and what they tell."""

    name: str
    type: str
    unit: str
    meaning: str


LOG = (
    ColumnFact("run", TEXT, "", "the run's name"),
    ColumnFact("epoch", WHOLE, "epochs", "epochs done; 0 is the state before training"),
    ColumnFact("update", WHOLE, "updates", "updates done"),
    ColumnFact("learning_rate", NUMBER, "", "learning rate of the epoch's last update"),
    ColumnFact("momentum", NUMBER, "", "momentum factor of the epoch's last update; 0 for a rule that uses none"),
    ColumnFact("error", NUMBER, ERROR_UNIT, "loss averaged over the training items; nan or inf where the run diverged"),
    ColumnFact("accuracy", NUMBER, "share", "share of the training items whose class is right; empty for a regression"),
    ColumnFact("test_error", NUMBER, ERROR_UNIT, "loss averaged over the held-out items; empty where there are none"),
    ColumnFact("test_accuracy", NUMBER, "share", "share of the held-out items whose class is right"),
    ColumnFact("gradient_norm", NUMBER, LENGTH, "length of the gradient at the epoch's last update"),
    ColumnFact("step_norm", NUMBER, LENGTH, "length of the epoch's last step"),
    ColumnFact("momentum_norm", NUMBER, LENGTH, "length of the momentum part B·p of that step"),
    ColumnFact("cosine", NUMBER, "", "cosine of the angle between that step and the one before it"),
)
"""The fixed columns of a log; those of the step are empty before the first update."""
COLUMNS = tuple(fact.name for fact in LOG)

WEIGHTS = (
    *LOG[:2],
    ColumnFact("w1[0,0] …", NUMBER, "weight", "a column for each weight, named by layer, input and unit, or b1[0] …"),
)
"""The columns of the weights' file."""

ANATOMY = (
    *LOG[:3],
    ColumnFact("weight", TEXT, "", "the weight's name"),
    ColumnFact("gradient_part", NUMBER, "weight", "gradient part A·lr·g of the epoch's last update"),
    ColumnFact("momentum_part", NUMBER, "weight", "momentum part B·p"),
    ColumnFact("step", NUMBER, "weight", "their sum"),
    ColumnFact("agree", WHOLE, "", "1 where both parts have the same sign, -1 where they differ, 0 where one is 0"),
    ColumnFact("gain", NUMBER, "", "effective gain: slope of step against lr·gradient over the last updates"),
)
"""The columns of the anatomy: run, epoch, update, weight, and PARTS."""
