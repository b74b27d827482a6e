"""`man`: the manual page, made from the parser."""

from __future__ import annotations

import argparse

from momentum_gui.commands.shared.arguments import Commands
from momentum_gui.commands.shared.parser_facts import Command, Option, commands_of
from momentum_gui.version import __version__

STATUSES = (
    ("0", "Done. A run that diverges is a result."),
    ("1", "The work failed, for example because the disk is full."),
    ("2", "The input is refused; nothing is written."),
    ("69", "There is no display for the window."),
    ("130", "Interrupted; the log is kept and closed."),
)


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("man", help="print the manual page: momentum-gui man | man -l -", allow_abbrev=False)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the page in the language of man."""
    print(page(arguments.parser))
    return 0


def page(parser: argparse.ArgumentParser) -> str:
    """Return the manual page of all commands."""
    commands = commands_of(parser)
    lines = [
        f'.TH MOMENTUM-GUI 1 "" "momentum-gui {__version__}" "User Commands"',
        ".SH NAME",
        "momentum-gui \\- watch what momentum does to online back-propagation",
        ".SH SYNOPSIS",
        ".B momentum-gui",
        "[\\fICOMMAND\\fR] [\\fIFILE\\fR] [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        escaped(parser.description or ""),
        "FILE is an experiment: a TOML file, the name of a built-in example, or \\- for standard input.",
        ".SH COMMANDS",
    ]
    for command in commands:
        lines += section(command)
    lines.append(".SH EXIT STATUS")
    for status, meaning in STATUSES:
        lines += [".TP", f".B {status}", escaped(meaning)]
    return "\n".join(lines)


def section(command: Command) -> list[str]:
    """Return the lines of one command."""
    lines = [f".SS {escaped(command.name)}", escaped(sentence(command.help))]
    for option in command.options:
        lines += [".TP", heading(option), escaped(sentence(option.help))]
    return lines


def heading(option: Option) -> str:
    """Return an option's names and value as the head of a paragraph."""
    names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in option.names)
    return " ".join(part for part in (names, f"\\fI{escaped(option.value)}\\fR" if option.value else "") if part)


def sentence(text: str) -> str:
    """Return a help text as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def escaped(text: str) -> str:
    """Return a text as troff takes it literally."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
