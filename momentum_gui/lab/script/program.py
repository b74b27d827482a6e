"""The program of an experiment: stand-alone, NumPy only, short enough to read, with the numbers that `train` gives."""

from __future__ import annotations

from collections.abc import Callable

from momentum_gui.engine.population import WEIGHT_LIMIT
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.script import network as network_source
from momentum_gui.lab.script import numbers, rules, schedules, surface
from momentum_gui.lab.script.columns import Column, constant_lines, run_table
from momentum_gui.lab.script.training import Features, training
from momentum_gui.lab.settings import MomentumSchedule, RateSchedule, SettingsChange, Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.item_order import BLOCK_ITEMS

LONGEST = 120
"""From this many lines on a program has its data compressed, so that what is to be read stays short."""
READABLE_LINES = 18
"""So are all tables where one has more lines than this."""


def program(experiment: Experiment, setup: Setup | None = None) -> str:
    """Return the source of a program that trains the experiment's runs and prints each one's name and final error.

    It needs NumPy only: data, network, rules and schedules are written into it. Its errors are those of `train` up to
    rounding. Raises BadInputError for an experiment that cannot be set up.
    """
    setup = Setup.of(experiment) if setup is None else setup
    try:
        text = Program(setup, READABLE_LINES).text()
    except numbers.TooLong:
        text = ""
    return text if 0 < text.count("\n") < LONGEST else Program(setup, 0).text()


class Program:
    """Puts the parts of a script together; what no run uses is left out."""

    def __init__(self, setup: Setup, readable_lines: int) -> None:
        self.setup, self.readable_lines = setup, readable_lines
        self.trainings = [run.training for run in setup.experiment.runs]
        self.names = [run.name for run in setup.experiment.runs]
        self.functions: list[list[str]] = []
        self.columns: dict[str, Column] = {}

    def text(self) -> str:
        """Return the whole program."""
        setup = self.setup
        head, middle = self._network() if setup.network is not None else self._surface()
        self._add_settings()
        self._add_changes()
        self._add_schedules()
        features = Features(
            self.columns,
            self._changed_keys(),
            self._rescaling(),
            on_items=setup.network is not None,
            masked=not setup.trained().all(),
            batches=self._has_batches(),
        )
        body_of_train = training(features, WEIGHT_LIMIT)
        used_text = "\n".join(body_of_train)
        shown = [column for column in self.columns.values() if column.use in used_text]
        constants = constant_lines(shown)
        used = sorted({*(each.rule for each in self.trainings), *self._changed_rules()})
        parts = [
            *middle,
            *(rules.source(setup.rules[rule]) for rule in used),
            *self.functions,
            [*constants, *run_table(shown, self.names)],
            body_of_train,
            MAIN,
        ]
        body = "\n\n".join("\n".join(part) for part in parts if part)
        whole = "\n".join([*head, body])
        modules = [name for name in ("base64", "functools", "zlib") if f"{name}." in whole]
        imports = [f"import {', '.join(modules)}", ""] if modules else []
        return "\n".join([*self._comments(), *imports, "import numpy as np", *head]) + f"\n\n{body}\n"

    def _comments(self) -> list[str]:
        title = rules.comment(self.setup.experiment.title) or "An experiment with momentum"
        return [f"# {title}", "# Trains each run and prints its name and final error. Needs NumPy only.", ""]

    def _network(self) -> tuple[list[str], list[list[str]]]:
        """Return the lines with the data, and the network's functions."""
        network, data = self.setup.network, self.setup.data
        assert network is not None
        assert data is not None
        lines = network_source.data(self.setup, self.readable_lines)
        inputs = rules.comment(", ".join(data.input_names[:8])) + (" …" if len(data.input_names) > 8 else "")
        head = [
            "",
            *numbers.reader(self.readable_lines),
            "",
            f"# {rules.comment(data.title)}: {inputs}",
            *lines,
            f"SIZES = {network.sizes}  # inputs, hidden units, outputs",
        ]
        if not (trained := self.setup.trained()).all():
            chosen = ", ".join(str(number) for number in trained.nonzero()[0])
            head.append(f"TRAINED = np.isin(np.arange({network.weight_count}), [{chosen}])  # other weights are fixed")
        middle = [network_source.initial_weights(self.setup), *network_source.passes(network)]
        if self._has_batches() and any(each.order == "shuffled" for each in self.trainings):
            middle.append(item_order(len(data.items)))
        return head, middle

    def _surface(self) -> tuple[list[str], list[list[str]]]:
        assert self.setup.surface is not None
        return [], surface.functions(self.setup.surface)

    def _has_batches(self) -> bool:
        """Return whether some run's epoch has more than one update; of a whole batch the order does not matter."""
        return self.setup.data is not None and any(
            int(self._batch(each)) < len(self.setup.data.items) for each in self.trainings
        )

    def _batch(self, training: Training) -> str:
        assert self.setup.data is not None
        count = len(self.setup.data.items)
        return str(count if training.batch_size == "full" else min(int(training.batch_size), count))

    def _add(self, key: str, text: Callable[[Training], str], *, per_run: bool = False, is_name: bool = False) -> None:
        texts = tuple(text(each) for each in self.trainings)
        self.columns[key] = Column(key, texts, per_run, is_name)

    def _add_settings(self) -> None:
        self._add("rule", lambda each: rules.function_name(each.rule), per_run=True)
        self._add("learning_rate", lambda each: numbers.number(each.learning_rate), per_run=True)
        self._add("momentum", lambda each: numbers.number(each.momentum), per_run=True)
        self._add("epochs", lambda each: str(each.epochs))
        self._add("target_error", lambda each: numbers.number(each.target_error))
        if self.setup.data is None:
            starts = [self.setup.initial_weights(run) for run in self.setup.experiment.runs]
            self.columns["start"] = Column("start", tuple(map(numbers.vector, starts)))
            return
        self._add("seed", lambda each: str(each.seed))
        self._add("batch_size", self._batch)
        self._add("mean", lambda each: str(each.reduction == "mean"))
        self._add("shuffled", lambda each: str(each.order == "shuffled"))
        self._add("start", lambda each: self._numbered(each.start))

    def _numbered(self, weights: dict[str, float]) -> str:
        """Return weights by name as a table of weight numbers and values."""
        cells = (f"{self.setup.index(name, 'start')}: {numbers.number(value)}" for name, value in weights.items())
        return f"{{{', '.join(cells)}}}"

    def _all_changes(self) -> list[SettingsChange]:
        return [change for each in self.trainings for change in each.change]

    def _changed_rules(self) -> set[str]:
        return {change.rule for change in self._all_changes() if change.rule is not None}

    def _changed_keys(self) -> set[str]:
        """Return which of rule, learning_rate, momentum and weights some change sets."""
        keys = ("rule", "learning_rate", "momentum", "weights")
        return {key for key in keys for change in self._all_changes() if getattr(change, key) not in (None, {})}

    def _add_changes(self) -> None:
        self._add("changes", self._changes)

    def _changes(self, training: Training) -> str:
        """Return a run's changes as a table of tables, by the update from which each holds."""
        merged: dict[int, SettingsChange] = {}
        rescaled = {change.update for change in training.change if change.velocity == "rescale"}
        for change in training.change:
            before = merged.get(change.update)
            merged[change.update] = change if before is None else before.merged(change)
        return f"{{{', '.join(f'{u}: {self._change(merged[u], u in rescaled)}' for u in sorted(merged))}}}"

    def _change(self, change: SettingsChange, rescaled: bool) -> str:
        cells = [] if change.rule is None else [f"rule={rules.function_name(change.rule)}"]
        for key in ("learning_rate", "momentum"):
            if (value := getattr(change, key)) is not None:
                cells.append(f"{key}={numbers.number(value)}")
        if change.weights:
            cells.append(f"weights={self._numbered(change.weights)}")
        return f"dict({', '.join([*cells, *(['rescale=True'] if rescaled else [])])})"

    def _add_schedules(self) -> None:
        constant_rate, constant_momentum = RateSchedule(), MomentumSchedule()
        if any(each.rate_schedule != constant_rate for each in self.trainings):
            self._add("rate_factor", self._rate_factor, is_name=True)
            self._add("rescale", lambda each: str(each.rate_schedule.velocity == "rescale"))
        if any(each.momentum_schedule != constant_momentum for each in self.trainings):
            self._add("scheduled_momentum", self._scheduled_momentum, is_name=True)

    def _rate_factor(self, training: Training) -> str:
        lines = schedules.factor_source("NAME", training.rate_schedule, training.epochs)
        return self._named("rate_factor", lines)

    def _scheduled_momentum(self, training: Training) -> str:
        lines = schedules.momentum_source("NAME", training.momentum_schedule, training.epochs)
        return self._named("momentum", lines)

    def _named(self, stem: str, lines: list[str]) -> str:
        """Return the name of the function with this source, added where it is not there yet."""
        for function in self.functions:
            name = function[0].removeprefix("def ").partition("(")[0]
            if [line.replace("NAME", name) for line in lines] == function:
                return name
        name = f"{stem}_{len(self.functions) + 1}"
        self.functions.append([line.replace("NAME", name) for line in lines])
        return name

    def _rescaling(self) -> bool:
        by_change = any(change.velocity == "rescale" for change in self._all_changes())
        return by_change or any(each.rate_schedule.velocity == "rescale" for each in self.trainings)


def item_order(items: int) -> list[str]:
    """Return the function that shuffles the items, drawn in the same blocks of whole epochs as in `train`."""
    block = max(1, BLOCK_ITEMS // max(items, 1))
    return [
        f"BLOCK = {block}  # epochs whose orders are drawn together",
        "",
        "@functools.lru_cache(maxsize=8)",
        "def item_orders(seed, block):",
        '    """Return shuffled orders of the items for BLOCK epochs, (epochs, items)."""',
        "    in_order = np.tile(np.arange(len(X), dtype=np.int32), (BLOCK, 1))",
        "    return np.random.default_rng([seed, 1, block]).permuted(in_order, axis=1)",
    ]


MAIN = [
    "for run in RUNS:",
    '    with np.errstate(all="ignore"):  # a run that diverges overflows',
    '        print(run["name"], repr(float(train(run))))',
]
