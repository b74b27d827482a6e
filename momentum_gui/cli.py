"""The command line: finds the command, runs it, and turns what goes wrong into one line and an exit status.

Nothing heavy is imported before a command needs it, so that help and small commands answer at once.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from momentum_gui import commands
from momentum_gui.commands.version import ShowVersion
from momentum_gui.display import NoDisplayError
from momentum_gui.lab.errors import BadInputError
from momentum_gui.missing import is_own, missing
from momentum_gui.printable import visible

DONE, FAILED, BAD_INPUT, NO_DISPLAY, INTERRUPTED = 0, 1, 2, 69, 130
"""Exit statuses; a run that diverges is a result, and DONE."""
NEGATIVE = re.compile(r"-\.?\d")


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one line, without the usage in front of it, and takes `--option -1:1:5` as a value."""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """As argparse does; but what begins like a negative number is the value of the option before it."""
        return super().parse_known_args(joined(sys.argv[1:] if args is None else args), namespace)

    def error(self, message: str) -> NoReturn:
        """Raises BadInputError instead of leaving the program."""
        raise BadInputError(f"{message}; see {self.prog} --help")


def joined(arguments: Sequence[str]) -> list[str]:
    """`--option -1:1:5` as `--option=-1:1:5`: argparse would take the value for an option, and miss the value."""
    together: list[str] = []
    for argument in arguments:
        if together and NEGATIVE.match(argument) and re.fullmatch("--[a-z-]+", together[-1]):
            together[-1] += f"={argument}"
        else:
            together.append(argument)
    return together


def make_parser() -> Parser:
    """Return the parser of all commands, each added by its own file under `commands/`."""
    parser = Parser(
        prog="momentum-gui",
        description="Watch what momentum does to online back-propagation. Without a command the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=ShowVersion)
    group = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in commands.ALL:
        command.add(group)
    parser.set_defaults(run=commands.open_window.run, file=None, parser=parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (by default that of this process); returns the exit status."""
    # Closed by whoever started the program; open to the end.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # μ and λ become ? where the terminal does not know them
            stream.reconfigure(errors="replace")
    try:
        arguments = make_parser().parse_args(argv)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except SystemExit as leaving:  # --help and --version
        return leaving.code if isinstance(leaving.code, int) else DONE
    except BadInputError as error:
        return complain(str(error), BAD_INPUT)
    except NoDisplayError as error:
        return complain(str(error), NO_DISPLAY)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except BrokenPipeError:  # whoever read the output wants no more of it
        drop(sys.stdout)
        return FAILED
    except OSError as error:
        drop(sys.stdout)
        place = f"{error.filename}: " if error.filename is not None else ""
        return complain(f"{place}{error.strerror or error}", FAILED)
    except ImportError as error:
        if is_own(error):
            raise
        return complain(missing(error), FAILED)
    except MemoryError:
        return complain("there is not enough memory for this", FAILED)


def complain(message: str, status: int) -> int:
    """Print one line on standard error, and return the status."""
    try:
        print("momentum-gui:", visible(" ".join(message.splitlines())), file=sys.stderr, flush=True)
    except OSError:  # nobody reads it: the status says it too
        drop(sys.stderr)
    return status


def drop(stream: TextIO) -> None:
    """Send what is still to be written to a stream nowhere: it would fail once more when the program ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # the stream is not a file: nothing to save
        pass
