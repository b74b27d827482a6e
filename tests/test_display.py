"""Holds that a missing display is found before Qt finds it, which would abort the program."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from momentum_gui.display import NoDisplayError, check_display, missing_library, x_server_answers

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")


@pytest.fixture
def x_server() -> Iterator[str]:
    """The DISPLAY of an X server of its own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write)], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read) as number:
        name = f":{number.readline().strip()}"
    yield name
    server.terminate()
    server.wait()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ""}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":4711"}, "no X server answers at DISPLAY=:4711"),
        ({"QT_QPA_PLATFORM": "xcb"}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"WAYLAND_DISPLAY": "none-0", "XDG_RUNTIME_DIR": "/tmp"}, "DISPLAY is not set"),
        ({"QT_QPA_PLATFORM": "nosuch"}, "QT_QPA_PLATFORM=nosuch: Qt has no such platform here, only "),
        ({"QT_QPA_PLATFORM": "nosuch;xcb"}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": "/none"}, "no Wayland compositor answers"),
    ],
)
def test_no_display_is_told_in_one_line_with_what_to_do_instead(environment: dict[str, str], said: str) -> None:
    """And what is missing by name."""
    with pytest.raises(NoDisplayError) as caught:
        check_display(environment)
    assert said in str(caught.value)
    assert "momentum-gui train" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("platform", ["offscreen", "minimal:size=1", "vnc", "nosuch;offscreen"])
def test_platforms_without_a_display_pass(platform: str) -> None:
    """The user knows what they ask for."""
    check_display({"QT_QPA_PLATFORM": platform})


def test_a_display_that_answers_passes(x_server: str) -> None:
    """An X server by DISPLAY."""
    assert x_server_answers(x_server)
    check_display({"DISPLAY": x_server})


def test_a_wayland_compositor_that_answers_passes(tmp_path: Path) -> None:
    """By its socket, named relative to XDG_RUNTIME_DIR or absolutely; DISPLAY is then not needed."""
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen(2)
        check_display({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)})
        check_display({"WAYLAND_DISPLAY": str(tmp_path / "wayland-0")})


def test_a_missing_library_is_named() -> None:
    """By the name that a package search finds."""
    assert missing_library("libc.so.6") is None
    assert missing_library("libnone.so.9") == "libnone.so.9"
