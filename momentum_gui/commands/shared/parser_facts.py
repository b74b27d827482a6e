"""What completion and the man page tell, read from the parser: each command with its options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option or argument: its names (none for an argument), the word for its value, its choices and help."""

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Command:
    """One command with its options."""

    name: str
    help: str
    options: tuple[Option, ...]


def commands_of(parser: argparse.ArgumentParser) -> tuple[Command, ...]:
    """Return the commands of a parser, in the order of the help."""
    # argparse has no public way to list what a parser was given.
    group = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    helps = {each.dest: each.help or "" for each in group._choices_actions}
    return tuple(Command(name, helps.get(name, ""), options_of(inner)) for name, inner in group.choices.items())


def options_of(parser: argparse.ArgumentParser) -> tuple[Option, ...]:
    """Return the options and arguments of one command, without --help."""
    found = []
    for action in parser._actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)):
            continue
        choices = tuple(map(str, action.choices or ()))
        value = "" if action.nargs == 0 else str(action.metavar or "|".join(choices) or action.dest.upper())
        text = (action.help or "").replace("%%", "%")
        found.append(Option(tuple(action.option_strings), value, choices, text))
    return tuple(found)
