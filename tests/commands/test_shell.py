"""Completion and the manual page: made from the parser, and taken by the shells and by man as they are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from momentum_gui.cli import main, make_parser
from momentum_gui.commands.shared.parser_facts import commands_of
from momentum_gui.lab.experiment import built_in_names


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command prints."""
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def completed(folder: Path, script: str, *words: str) -> set[str]:
    """Return what bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    ask = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _momentum_gui; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-uc", f"{script}\n{ask}"], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_choices_and_examples(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What begins with what was typed, and no more; files too, where they may be meant."""
    (tmp_path / "day.toml").touch()
    script = printed(capsys, "completion", "bash")
    assert completed(tmp_path, script, "momentum-gui", "sn") == {"snapshot"}
    assert completed(tmp_path, script, "momentum-gui", "train", "--lo") == {"--log"}
    assert completed(tmp_path, script, "momentum-gui", "train", "--w") == {"--weight", "--weights"}
    assert completed(tmp_path, script, "momentum-gui", "train", "iri") == {"iris", "iris-raw"}
    assert completed(tmp_path, script, "momentum-gui", "snapshot", "xor", "--theme", "d") == {"dark", "day.toml"}
    assert completed(tmp_path, script, "momentum-gui", "completion", "z") == {"zsh"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_completed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In each shell's language; the shell itself reads it where it is installed."""
    script = printed(capsys, "completion", shell)
    for command in commands_of(make_parser()):
        assert command.name in script
        for option in command.options:
            for name in option.names:
                assert (f"-l {name[2:]} " if shell == "fish" else name) in script
    assert all(name in script for name in built_in_names())
    if shutil.which(shell) is not None:
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_the_manual_page_has_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    """And groff reads it without a warning, where it is installed."""
    page = printed(capsys, "man")
    for command in commands_of(make_parser()):
        assert f"\n.SS {command.name}\n" in page
        for option in command.options:
            for name in option.names:
                assert name.replace("-", "\\-") in page
    if shutil.which("groff") is not None:
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-Kutf8", "-ww"], input=page, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        assert "momentum-gui - watch what momentum does" in done.stdout.replace("‐", "-").replace("−", "-")


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that are known."""
    assert main(["completion", "csh"]) == 2
    assert "bash" in capsys.readouterr().err
