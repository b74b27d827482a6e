"""`completion`: what a shell needs to complete commands, options, choices and the names of built-in experiments."""

from __future__ import annotations

import argparse

from momentum_gui.commands.shared.arguments import Commands
from momentum_gui.commands.shared.parser_facts import Command, commands_of

HOW = """\
to complete as you type, put one of these lines into the shell's start file:
  bash  eval "$(momentum-gui completion bash)"
  zsh   eval "$(momentum-gui completion zsh)"     (after compinit)
  fish  momentum-gui completion fish | source"""
BASH = """\
_momentum_gui() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="%s --help --version"
  else
    case "${COMP_WORDS[1]}" in
%s
    esac
    case "${COMP_WORDS[1]} $previous" in
%s
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
  if [ "$COMP_CWORD" -gt 1 ] && [ "${current#-}" = "$current" ]; then
    COMPREPLY+=( $(compgen -f -- "$current") )
  fi
}
complete -o filenames -F _momentum_gui momentum-gui"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "completion",
        help="print what a shell needs to complete this command",
        allow_abbrev=False,
        epilog=HOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="for which shell")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the shell's code."""
    from momentum_gui.lab.experiment import built_in_names

    commands, examples = commands_of(arguments.parser), built_in_names()
    if arguments.shell == "fish":
        print(fish(commands, examples))
    else:
        print((ZSH if arguments.shell == "zsh" else "") + bash(commands, examples))
    return 0


def takes_file(command: Command) -> bool:
    """Return whether a command takes an experiment."""
    return any(option.value == "FILE" for option in command.options)


def bash(commands: tuple[Command, ...], examples: list[str]) -> str:
    """Return the function that bash (and zsh, by its emulation) calls to complete."""
    words, choices = [], []
    for command in commands:
        names = [name for option in command.options for name in option.names] + ["--help"]
        names += examples if takes_file(command) else []
        names += [choice for option in command.options if not option.names for choice in option.choices]
        words.append(f'      {command.name}) words="{" ".join(names)}" ;;')
        for option in command.options:
            choices += [
                f'      "{command.name} {name}") words="{" ".join(option.choices)}" ;;'
                for name in option.names
                if option.choices
            ]
    return BASH % (" ".join(command.name for command in commands), "\n".join(words), "\n".join(choices))


def fish(commands: tuple[Command, ...], examples: list[str]) -> str:
    """Return the lines that fish reads."""
    lines = ["complete -c momentum-gui -n __fish_use_subcommand -l version -d 'show the version'"]
    for command in commands:
        lines.append(
            f"complete -c momentum-gui -f -n __fish_use_subcommand -a {command.name} -d {quoted(command.help)}"
        )
        there = f"complete -c momentum-gui -n '__fish_seen_subcommand_from {command.name}'"
        if takes_file(command):
            lines.append(f"{there} -a {quoted(' '.join(examples))}")
        for option in command.options:
            given = f" -a {quoted(' '.join(option.choices))}" if option.choices else ""
            for name in option.names:
                value = f" -r{' -f' if given else ''}" if option.value else ""
                lines.append(f"{there} -l {name.lstrip('-')}{value}{given} -d {quoted(option.help)}")
            if not option.names and given:
                lines.append(f"{there} -f{given}")
    return "\n".join(lines)


def quoted(text: str) -> str:
    """Return a text in fish's single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
