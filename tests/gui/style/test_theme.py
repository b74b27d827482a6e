"""The themes: readable, told apart by colour-blind readers, taken on by the whole application."""

from __future__ import annotations

import itertools
from dataclasses import fields

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from momentum_gui.gui.style import theme
from momentum_gui.gui.style.icons import icon, pixmap
from momentum_gui.gui.style.theme import RUN_COLORS, RUN_DASHES, THEMES, Theme, run_colors

DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])


def linear(color: str) -> np.ndarray:
    """The colour's linear red, green and blue."""
    parts = np.array(QColor(color).getRgb()[:3]) / 255  # type: ignore[index]
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2."""
    lights = sorted(float(linear(color) @ (0.2126, 0.7152, 0.0722)) for color in (first, second))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("chosen", THEMES.values(), ids=THEMES)
def test_readable(chosen: Theme) -> None:
    """Text reaches the contrast of 4.5:1 on all that is behind it, lines and marks 3:1."""
    for behind in (chosen.window, chosen.base, chosen.raised):
        assert contrast(chosen.text, behind) >= 7
        for color in (chosen.muted, chosen.good, chosen.warning, chosen.bad):
            assert contrast(color, behind) >= 4.5, color
        for color in (chosen.field, chosen.accent):
            assert contrast(color, behind) >= 3, color
    assert contrast(chosen.accent_text, chosen.accent) >= 4.5
    assert contrast(chosen.plot_foreground, chosen.plot_background) >= 7
    for color in (chosen.gradient_part, chosen.momentum_part, chosen.step, *run_colors(chosen), chosen.field):
        assert contrast(color, chosen.plot_background) >= 3, color


@pytest.mark.parametrize("chosen", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("seen", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["all", "deuteranopia", "protanopia"])
def test_first_runs_are_told_apart(chosen: Theme, seen: np.ndarray) -> None:
    """The colours of the first four runs, and of an update's parts, differ for colour-blind readers too."""
    parts = (chosen.gradient_part, chosen.momentum_part)
    for group in (run_colors(chosen)[:4], parts):
        for one, other in itertools.combinations(group, 2):
            difference = np.abs(np.clip(seen @ linear(one), 0, 1) ** 0.4 - np.clip(seen @ linear(other), 0, 1) ** 0.4)
            assert difference.max() > 0.08, (one, other)


def test_eight_runs() -> None:
    """Eight colours and eight dash patterns, all different, and they go round after that."""
    assert all(len(set(colors)) == 8 for colors in RUN_COLORS.values())
    assert len(set(RUN_DASHES)) == 8
    assert RUN_DASHES[0] == ()
    assert theme.run_color(9) == theme.run_color(1)
    pairs = [(theme.run_color(run), theme.run_dash(run)) for run in range(64)]
    assert len(set(pairs)) == 64, "where colours repeat, dashes do not"


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
def test_taken_on(qapp: QApplication, name: str) -> None:
    """Palette, pyqtgraph and the notifier follow at once; the current theme is the one that was asked for."""
    told: list[str] = []
    connection = theme.notifier.changed.connect(lambda: told.append(theme.current().name))
    chosen = theme.set_theme(name)
    theme.notifier.changed.disconnect(connection)
    assert chosen is theme.current() is THEMES[name]
    assert told == [name]
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(chosen.window)
    assert pg.getConfigOption("background") == chosen.plot_background


def test_the_system(qapp: QApplication) -> None:
    """ "system" takes what the desktop says; another word is refused."""
    assert theme.set_theme("system").name == ("dark" if theme.system_is_dark() else "light")
    assert theme.mode() == "system"
    with pytest.raises(ValueError, match="allowed are system, light, dark, contrast"):
        theme.set_theme("pink")


def test_colours_are_colours() -> None:
    """Every colour of a theme is written as #rrggbb."""
    for chosen in THEMES.values():
        for field in fields(chosen)[1:]:
            assert QColor(getattr(chosen, field.name)).name() == getattr(chosen, field.name)


def test_icons_take_the_colour(qapp: QApplication) -> None:
    """An icon is drawn in the colour asked for, and in the theme's text colour by default."""
    image = pixmap("run", "#ff0000", 16).toImage()
    assert image.pixelColor(7, 8) == QColor("#ff0000")
    theme.set_theme("dark")
    assert not icon("run").isNull()
    theme.set_theme("light")


def test_legends_show_the_dashes_of_lines() -> None:
    """A solid line is a bar, each dashed one has strokes of its own; the first eight are told apart without colour."""
    swatches = [theme.run_swatch(run) for run in range(8)]
    assert swatches[0] == "▬"
    assert "━ ━" in swatches
    assert len(set(swatches)) >= 6
