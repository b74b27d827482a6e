"""--size, --dpi and --theme: pictures in the size of a journal's column, whatever is drawn and as what."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QColor, QImage

from momentum_gui.cli import main
from momentum_gui.gui.paper.form import PictureForm, read_size
from momentum_gui.gui.style import theme
from momentum_gui.lab.errors import BadInputError

SVG = "{http://www.w3.org/2000/svg}"
COMMANDS = {
    "train": ["train", "xor", "--set", "training.epochs=5"],
    "surface": ["surface", "ravine", "--size", "11"],
    "sweep": ["sweep", "xor", "--set", "training.epochs=5", "--learning-rate", "0.1:1:3:log", "--momentum", "0:0.9:3"],
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    """Run in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_journals_column(command: str) -> None:
    """85 × 60 mm at 300 dots an inch is 1004 × 709 pixels; so many dots are in the file."""
    assert main([*COMMANDS[command], "--plot", "p.png", "--size", "85x60mm", "--dpi", "300"]) == 0
    image = QImage("p.png")
    assert (image.width(), image.height()) == (1004, 709)
    assert image.dotsPerMeterX() == pytest.approx(300 / 0.0254, abs=1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_drawing_has_its_size_and_its_text(command: str) -> None:
    """An SVG says its size in millimetres, and letters stay letters; curves are no raster."""
    assert main([*COMMANDS[command], "--plot", "p.svg", "--size", "85x60mm"]) == 0
    root = ElementTree.parse("p.svg").getroot()
    assert (root.get("width"), root.get("height")) == ("85mm", "60mm")
    texts = " ".join(node.text or "" for node in root.iter(f"{SVG}text"))
    assert {"train": "epochs", "surface": "x", "sweep": "learning rate"}[command] in texts
    assert (root.find(f".//{SVG}image") is None) == (command == "train")


def test_pixels_and_the_dark_theme() -> None:
    """Without dots an inch a picture in pixels is as on a screen; the background is the theme's."""
    assert main([*COMMANDS["train"], "--plot", "p.png", "--size", "640x400px", "--theme", "dark"]) == 0
    image = QImage("p.png")
    assert (image.width(), image.height()) == (640, 400)
    assert QColor(image.pixel(1, 399)) == QColor(theme.DARK.plot_background)


def test_a_pdf_is_as_large_as_asked() -> None:
    """To the point, which is what Qt writes."""
    assert main([*COMMANDS["train"], "--plot", "p.pdf", "--size", "85x60mm"]) == 0
    found = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)", Path("p.pdf").read_bytes())
    assert found is not None
    assert (float(found[1]), float(found[2])) == pytest.approx((85 / 25.4 * 72, 60 / 25.4 * 72), abs=0.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--size", "85x60cm"], "--size = 85x60cm: allowed is WIDTHxHEIGHT in mm or px, like 85x60mm"),
        (["--size", "5x5mm"], "--size = 5x5mm: allowed are at least 16 mm a side"),
        (["--size", "99999x99px"], "allowed are up to 20000 pixels a side"),
        (["--dpi", "few"], "--dpi few: allowed is a number of dots an inch"),
        (["--dpi", "5"], "--dpi = 5: allowed is a number from 30 to 2400"),
        (["--theme", "blue"], "--theme blue: allowed are light and dark"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_is_one_line(
    command: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told before anything is trained, and nothing is written."""
    assert main([*COMMANDS[command], "--plot", "p.png", *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("p.png").exists()


def test_points_and_size_of_a_surface(capsys: pytest.CaptureFixture[str]) -> None:
    """--size may be given twice: points along each side, and the picture's size."""
    command = ["surface", "ravine", "--csv", "s.csv", "--plot", "s.png"]
    assert main([*command, "--size", "300x200px", "--size", "7"]) == 0
    assert Path("s.csv").read_text().count("\n") == 1 + 7 * 7
    assert QImage("s.png").width() == 300
    capsys.readouterr()
    assert main([*command, "--size", "7", "--size", "9"]) == 2
    assert "points given already: 7" in capsys.readouterr().err


def test_forms() -> None:
    """Sizes are read with a unit or without; a form knows its pixels, its resolution and its type."""
    assert read_size("85 × 60 mm") == ((85.0, 60.0), "mm")
    assert read_size("1200x800") == ((1200.0, 800.0), "px")
    column = PictureForm((85, 60), "mm")
    assert (column.resolution, column.pixels, column.type_size) == (300, (1004, 709), 8.0)
    assert PictureForm().pixels is None
    assert PictureForm((1200, 800), "px", 192).layout_size == (600, 400)
    with pytest.raises(BadInputError, match="allowed is WIDTHxHEIGHT"):
        read_size("big")
