"""The CSV of a sweep: rows come as cells finish, an interrupted sweep goes on from them, the end is one whole file.

While a sweep runs, its rows are in `S.csv.part`, in the order in which they came, with the held-out measures and the
area under the curve as further columns. When all are there `S.csv` appears, in grid order with the columns of
`COLUMNS`, and the part goes. `S.toml` beside it is the experiment, with the sweep's options in its first line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.task import NetworkTask, Task
from momentum_gui.lab.atomic_file import check_writable, write_atomically
from momentum_gui.lab.data.text_file import first_lines, read_bytes, read_text
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.line_file import check_digits, whole
from momentum_gui.lab.sweep.block import BlockResult, Shared
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.table import SweepTable

COLUMNS = ("learning_rate", "momentum", "seed", "outcome", "epochs", "error", "accuracy")
MORE_COLUMNS = ("test_error", "test_accuracy", "area")
SIGN = "# momentum-gui sweep "
CHUNK_RUNS = 50_000
VARIED = ("rule", "learning_rate", "momentum", "log_every")
"""What the grid gives, or what a sweep does not use."""


class SweepFile:
    """The files of one sweep. `table` holds what earlier sessions found; `add` writes on from there.

    need_more: whether what only the part file has (held-out measures, area under the curve) will be asked for.
    Raises BadInputError where a file is in the way: of other settings, of no sweep at all, or of one still under way.
    Nothing is written before `begin`.
    """

    def __init__(
        self, path: str | Path, experiment: Experiment, shared: Shared, grid: Grid, *, need_more: bool = False
    ) -> None:
        self.path = Path(path)
        self.part = self.path.with_name(self.path.name + ".part")
        self.grid = grid
        self.table = SweepTable.empty(grid)
        self._experiment = experiment
        self._origin = f"# engine {shared.engine}, items {fingerprint(shared.task)}"
        self._size: int | None = None
        self._file: io.FileIO | None = None
        check_writable(self.path, "--csv")
        # A pipe or a device takes the whole file at the end: there is nothing to go on from.
        self._streams = not self.path.exists() or self.path.is_file()
        if not self._streams:
            return
        self.beside = self._place_beside()
        check_writable(self.beside, "--csv")
        found = next((file for file in (self.part, self.path) if file.is_file()), None)
        if found is not None:
            self._check_settings(found)
            self._read(found, need_more)

    def begin(self) -> None:
        """Write the experiment beside the CSV and open the part file. Raises OSError."""
        if self.table.complete or not self._streams:
            return
        self._file = io.FileIO(self.part, "ab")
        try:
            lock(self._file, self.part)
        except BadInputError:
            self.close()
            raise
        write_atomically(self.beside, self._beside_text())
        if self._size is None:
            self._file.truncate(0)
            self._size = 0
            self._append(",".join(self._header(more=True)) + "\n")
        else:
            self._file.truncate(self._size)  # a last line that was cut off when the program was killed

    def add(self, result: BlockResult) -> None:
        """Add the rows of a block: all of them, or on an OSError none."""
        self.table.fill(result)
        if self._streams:
            self._append("".join(self._lines(np.sort(result.runs), more=True)))

    def finish(self) -> None:
        """Where all is known, put the whole file in place of the part. Raises OSError; the part is then still there."""
        self.close()
        if not self.table.complete:
            return
        if self.path.is_file() and not self.part.exists():
            return  # it was there already, complete
        write_atomically(self.path, self._whole())
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the part file; a later sweep goes on from it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, text: str) -> None:
        assert self._file is not None
        assert self._size is not None
        raw = text.encode()
        rest = memoryview(raw)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._file.truncate(self._size)
            raise OSError(error.errno, error.strerror, str(self.part)) from None
        self._size += len(raw)

    def _whole(self) -> Iterator[bytes]:
        yield (",".join(self._header(more=False)) + "\n").encode()
        for start in range(0, self.grid.runs, CHUNK_RUNS):
            runs = np.arange(start, min(start + CHUNK_RUNS, self.grid.runs))
            yield "".join(self._lines(runs, more=False)).encode()

    def _header(self, *, more: bool) -> tuple[str, ...]:
        return (("rule",) if len(self.grid.rules) > 1 else ()) + COLUMNS + (MORE_COLUMNS if more else ())

    def _lines(self, runs: NDArray[np.int64], *, more: bool) -> Iterator[str]:
        """Return the line of each run, numbers as short as they can be and still read back the same."""
        grid, table = self.grid, self.table
        rule, rate, momentum = grid.settings(runs)
        columns: list[list[str]] = [
            list(map(repr, rate.tolist())),
            list(map(repr, momentum.tolist())),
            [str(grid.seeds[number]) for number in grid.seed_numbers(runs)],
            [Outcome(code).name.lower() for code in table.outcome[runs].tolist()],
            list(map(str, table.epochs[runs].tolist())),
            list(map(repr, table.error[runs].tolist())),  # nan and inf stay: they say that a run has diverged
            optional(table.accuracy[runs].tolist()),
        ]
        if len(grid.rules) > 1:
            columns.insert(0, [grid.rules[number] for number in rule])
        if more:
            columns += [optional(getattr(table, name)[runs].tolist()) for name in MORE_COLUMNS]
        return (",".join(cells) + "\n" for cells in zip(*columns, strict=True))

    def _place_beside(self) -> Path:
        """Return where the experiment goes: S.toml, or where another file has that name S.sweep.toml."""
        beside = self.path.with_suffix(".toml")
        if beside == self.path:
            raise BadInputError(f"--csv {self.path}: the experiment is written under this name: choose a .csv")
        places = (beside, self.path.with_suffix(".sweep.toml"))
        for place in places:
            if not place.exists() or first_line(place).startswith(SIGN):
                return place
        names = " and ".join(str(place) for place in places)
        raise BadInputError(f"--csv {self.path}: its experiment would go to {names}, other files: choose another --csv")

    def _options(self) -> str:
        grid = self.grid
        rules = " ".join(f"--rule {rule}" for rule in grid.rules)
        ranges = f"--learning-rate {grid.learning_rate.text} --momentum {grid.momentum.text}"
        return f"{ranges} --seeds {len(grid.seeds)} {rules}"

    def _beside_text(self) -> str:
        name = shlex.quote(self.beside.name)
        toml = self._experiment.to_toml(self.beside.parent)
        return f"{SIGN}{name} {self._options()}\n{self._origin}\n{toml}"

    def _check_settings(self, found: Path) -> None:
        """Raises BadInputError where the rows found belong to another sweep."""
        mend = "remove it, or choose another --csv"
        if not self.beside.is_file() or not first_line(self.beside).startswith(SIGN):
            raise BadInputError(f"{found}: exists, and no {self.beside.name} says what sweep it is of: {mend}")
        options, origin = [*read_text(self.beside, str(self.beside), "utf-8").text.splitlines(), "", ""][:2]
        theirs = Experiment.load(os.path.abspath(self.beside))
        if difference := differing(theirs, self._experiment):
            key, old, new = difference
            raise BadInputError(f"{found}: is of a sweep with {key} = {old}, not {new}: {mend}")
        if not options.endswith(f" {self._options()}"):
            written = options[options.index("--learning-rate") :] if "--learning-rate" in options else options
            raise BadInputError(f"{found}: is of the sweep {written}, not {self._options()}: {mend}")
        if origin != self._origin:
            raise BadInputError(f"{found}: was made with {origin[2:]}, not {self._origin[2:]}: {mend}")

    def _read(self, found: Path, need_more: bool) -> None:
        """Take in the rows of an earlier session."""
        raw = read_bytes(found, str(found))[0]
        raw = raw[: raw.rfind(b"\n") + 1]
        more = found == self.part
        if need_more and not more:
            return
        if not raw:
            return
        lines = csv.reader(io.StringIO(raw.decode("utf-8", errors="replace"), newline=""))
        try:
            if tuple(next(lines)) != self._header(more=more):
                raise ValueError("another header")
            rows = [self._parsed(row, more) for row in lines]
        except (ValueError, KeyError, csv.Error):
            raise BadInputError(f"{found}: line {lines.line_num} is not a row of this sweep: remove the file") from None
        if more:
            self._size = len(raw)
        if rows:
            columns = np.array(rows)
            runs, outcome, epochs = columns[:, :3].astype(np.int64).T
            numbers = [np.full(len(runs), np.nan) for _ in range(5)]
            numbers[: columns.shape[1] - 3] = columns[:, 3:].T
            self.table.fill(BlockResult.of_columns(-1, runs, outcome, epochs, numbers))

    def _parsed(self, row: list[str], more: bool) -> tuple[float, ...]:
        """Return a row as numbers: its run, outcome, epochs, then the measures."""
        rule, rate, momentum, seed = self._places()
        if len(row) != len(self._header(more=more)):
            raise ValueError("wrong number of cells")
        name, *cells = row if len(self.grid.rules) > 1 else (self.grid.rules[0], *row)
        check_digits(cells)
        place = (rule[name], rate[float(cells[0])], momentum[float(cells[1])], seed[int(cells[2])])
        run = int(np.ravel_multi_index(place, self.grid.shape))
        return (
            run,
            Outcome[cells[3].upper()],
            whole(cells[4]),
            *(float(cell or "nan") for cell in cells[5:]),
        )

    def _places(self) -> tuple[dict[Any, int], ...]:
        if not hasattr(self, "_known_places"):
            grid = self.grid
            axes = (grid.rules, grid.learning_rate.values, grid.momentum.values, grid.seeds)
            self._known_places = tuple({value: at for at, value in enumerate(axis)} for axis in axes)
        return self._known_places


def lock(file: io.FileIO, path: Path) -> None:
    """Keep a file for this process until it is closed. Raises BadInputError where another has it."""
    try:
        import fcntl
    except ImportError:  # where there is no such lock two sweeps may write the same rows twice, which does no harm
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadInputError(f"{path}: another sweep is writing it: wait for that, or choose another --csv") from None
    except OSError:  # a file system without locks
        return


def optional(values: list[float]) -> list[str]:
    """Return the numbers, and an empty cell where one does not apply."""
    return [repr(value) if value == value else "" for value in values]


def first_line(path: Path) -> str:
    """Return the first line of a text file; empty where it cannot be read."""
    return next(iter(first_lines(path, "utf-8", 1)), "")


def fingerprint(task: Task) -> str:
    """Return a name for the items that a task trains and tests on, after scaling; that of a surface is its formula."""
    if not isinstance(task, NetworkTask):
        return task.surface.id
    digest = hashlib.sha256()
    for items in (task.items, task.test_items):
        digest.update(repr(items.inputs.shape).encode())
        digest.update(np.ascontiguousarray(items.inputs).tobytes())
        digest.update(np.ascontiguousarray(items.targets).tobytes())
    return digest.hexdigest()[:16]


def differing(theirs: Experiment, mine: Experiment) -> tuple[str, str, str] | None:
    """Return the first setting in which two experiments differ for a sweep: its key, their value and mine."""
    for section in ("problem", "network", "training"):
        old, new = (getattr(experiment, section) for experiment in (theirs, mine))
        for key in type(new).__struct_fields__:
            if section == "training" and key in VARIED:
                continue
            values = [msgspec.to_builtins(getattr(settings, key)) for settings in (old, new)]
            if values[0] != values[1]:
                return f"{section}.{key}", *(cut(str(value)) for value in values)  # type: ignore[return-value]
    return None


def cut(text: str) -> str:
    """Return a text, shortened where it is long."""
    return text if len(text) <= 60 else text[:59] + "…"
