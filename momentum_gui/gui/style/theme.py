"""The window's colours: light, dark or of high contrast, those of the runs, and how Qt and pyqtgraph take them on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from momentum_gui.gui.style.style_sheet import style_sheet

MODES = ("system", "light", "dark", "contrast")


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb, named for what they are used for.

    `window` is behind panels, `base` behind entries and tables, `raised` behind buttons and headings. `border` parts
    areas; `field` surrounds what can be typed into, pressed or dragged, and is seen against each of the three.
    `gradient_part`, `momentum_part` and `step` are the arrows and curves of an update's anatomy in every view;
    `positive` and `negative` are the signs of weights.
    """

    name: str
    window: str
    base: str
    raised: str
    text: str
    muted: str
    border: str
    field: str
    accent: str
    accent_text: str
    plot_background: str
    plot_foreground: str
    grid: str
    gradient_part: str
    momentum_part: str
    step: str
    positive: str
    negative: str
    good: str
    warning: str
    bad: str

    @property
    def family(self) -> str:
        """Which colours of curves suit the background: "light" or "dark"."""
        return "light" if self.name == "light" else "dark"


LIGHT = Theme(
    name="light",
    window="#f4f5f7",
    base="#ffffff",
    raised="#fbfbfc",
    text="#1c2127",
    muted="#5f6b7a",
    border="#d3d8df",
    field="#838c98",
    accent="#0b6cb4",
    accent_text="#ffffff",
    plot_background="#ffffff",
    plot_foreground="#3a424d",
    grid="#e4e7ec",
    gradient_part="#00838f",
    momentum_part="#b3125a",
    step="#1c2127",
    positive="#1b7837",
    negative="#762a83",
    good="#1a7f5a",
    warning="#996200",
    bad="#c22f2f",
)

DARK = Theme(
    name="dark",
    window="#1f2226",
    base="#17191c",
    raised="#2a2e33",
    text="#e4e7eb",
    muted="#98a2ae",
    border="#3a4047",
    field="#77818d",
    accent="#4ca3e6",
    accent_text="#0d1318",
    plot_background="#17191c",
    plot_foreground="#c3cad2",
    grid="#2c3137",
    gradient_part="#4dd0e1",
    momentum_part="#ff7eb0",
    step="#f2f4f6",
    positive="#7fcf8a",
    negative="#c894e0",
    good="#4cc79b",
    warning="#e0a93b",
    bad="#f07b72",
)

CONTRAST = Theme(
    name="contrast",
    window="#000000",
    base="#000000",
    raised="#101010",
    text="#ffffff",
    muted="#e0e0e0",
    border="#9a9a9a",
    field="#ffffff",
    accent="#ffe100",
    accent_text="#000000",
    plot_background="#000000",
    plot_foreground="#ffffff",
    grid="#4a4a4a",
    gradient_part="#3df5ff",
    momentum_part="#ff9ac4",
    step="#ffffff",
    positive="#7dff8a",
    negative="#e0b0ff",
    good="#5dffb8",
    warning="#ffd24a",
    bad="#ff9a90",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}

# Okabe and Ito's eight, darkened or lightened until each stands out from its background at 3:1 or more.
RUN_COLORS: dict[str, tuple[str, ...]] = {
    "light": ("#0072b2", "#d55e00", "#00875f", "#b5478c", "#a87400", "#2f8fc7", "#5b5f66", "#7a6f00"),
    "dark": ("#3fa0e6", "#f2803f", "#2fc79c", "#e495c4", "#e6a81c", "#86cdf5", "#c4c9cf", "#f0e442"),
}
"""Eight line colours a theme, for runs 0 to 7; safe for colour-blind readers together with `RUN_DASHES`."""

RUN_DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (7, 3),
    (2, 3),
    (9, 3, 2, 3),
    (12, 4),
    (4, 2),
    (7, 3, 2, 3, 2, 3),
    (1.5, 2),
)
"""Eight dash patterns in pen widths, () = solid: what tells the lines apart without colour."""
LONG_STROKE, SHORT_STROKE = 6.0, 3.0
"""How long a stroke of a dash pattern is for a legend, in pen widths: long, short, or else a point."""


CLASS_COLORS: dict[str, tuple[str, ...]] = {
    "light": ("#6f42c1", "#7a9a01", "#b5541c", "#0093a8", "#b8336a", "#8a6d00", "#4a5568", "#2e7d32"),
    "dark": ("#a98bff", "#b9d536", "#f0955a", "#45d0e6", "#ff6fa3", "#e3c234", "#b3bdc9", "#6fcf79"),
}
"""Eight colours a theme for the classes of a data set: the first four are none of the first four runs'."""


class Notifier(QObject):
    """Tells of a change of theme; `theme.notifier.changed` is what a view connects to."""

    changed = Signal()


notifier = Notifier()
_mode = "system"
_current = LIGHT
_follows = False
_is_set = False


def current() -> Theme:
    """Return the theme in force."""
    return _current


def mode() -> str:
    """Return what was asked for: "system" or the name of a theme."""
    return _mode


def is_set() -> bool:
    """Return whether a theme was taken on already."""
    return _is_set


def run_colors(chosen: Theme) -> tuple[str, ...]:
    """Return the eight line colours of a theme."""
    return RUN_COLORS[chosen.family]


def run_color(run: int) -> str:
    """Return the line colour of a run in the theme in force."""
    colors = run_colors(_current)
    return colors[run % len(colors)]


def class_color(number: int) -> str:
    """Return the colour of a class in the theme in force; they repeat after eight."""
    colors = CLASS_COLORS[_current.family]
    return colors[number % len(colors)]


def run_dash(run: int) -> tuple[float, ...]:
    """Return the dash pattern of a run's lines, () = solid; where colours repeat, the patterns are moved on by one."""
    return RUN_DASHES[(run + run // len(RUN_DASHES)) % len(RUN_DASHES)]


def run_swatch(run: int) -> str:
    """Return a piece of a run's line in letters, as a legend has it: its dashes, or a bar for a solid one."""
    dash = run_dash(run)
    strokes = "".join("━" if stroke >= LONG_STROKE else "╸" if stroke >= SHORT_STROKE else "·" for stroke in dash[::2])
    return {0: "▬", 1: f"{strokes} {strokes}", 2: f"{strokes}{strokes[:1]}"}.get(len(strokes), strokes)


def set_theme(mode: str) -> Theme:
    """Take on "light", "dark", "contrast" or the "system"'s theme, now and (for "system") whenever that changes.

    Palette and pyqtgraph's defaults follow at once; `notifier.changed` is emitted last, by which windows `dress`
    themselves. Needs a QApplication. Raises ValueError for another mode.
    """
    global _mode, _current, _is_set
    if mode not in MODES:
        raise ValueError(f"theme = {mode!r}: allowed are {', '.join(MODES)}")
    _follow_the_system()
    _mode, _is_set = mode, True
    chosen = THEMES.get(mode) or of_system()
    _current = chosen
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if application.style().name() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(palette(chosen))
    QToolTip.setPalette(palette(chosen))
    pg.setConfigOptions(
        background=chosen.plot_background,
        foreground=chosen.plot_foreground,
        antialias=False,
        imageAxisOrder="row-major",
    )
    notifier.changed.emit()
    return chosen


def dress(window: QWidget) -> None:
    """Give a window, and all that is in it, the style sheet of the theme in force.

    Not the application: that would work out the styles of every widget there is, pyqtgraph's hidden menus included,
    which takes five times as long.
    """
    window.setStyleSheet(style_sheet(vars(current())))


@contextmanager
def using(chosen: Theme) -> Iterator[None]:
    """Have `current()` be another theme for a while, for a picture that is not for the screen; nothing is told."""
    global _current
    before, _current = _current, chosen
    try:
        yield
    finally:
        _current = before


def system_is_dark() -> bool:
    """Return whether the desktop asks for dark windows."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def of_system() -> Theme:
    """Return the theme that the desktop asks for: high contrast, dark or light."""
    accessibility = getattr(QGuiApplication.styleHints(), "accessibility", None)  # from Qt 6.10 on
    if accessibility is not None and accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return DARK if system_is_dark() else LIGHT


def palette(theme: Theme) -> QPalette:
    """Return the theme as Qt's palette, disabled colours included."""
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.BrightText: theme.bad,
        role.Light: theme.raised,
        role.Midlight: theme.border,
        role.Mid: theme.border,
        role.Dark: theme.field,
        role.Shadow: theme.field,
    }
    result = QPalette()
    for where, color in colors.items():
        result.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, where, mixed(theme.muted, theme.window, 0.45))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return result


def mixed(color: str, other: str, share: float) -> QColor:
    """Return a colour with this share of another mixed in."""
    a, b = QColor(color), QColor(other)
    parts = ((1 - share) * x + share * y for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))  # type: ignore[index]
    return QColor(*(round(part) for part in parts))


class _Follower(QObject):
    """Takes on the system's theme when that changes."""

    @Slot()
    def follow(self) -> None:
        if _mode == "system" and of_system() is not _current:
            set_theme("system")


_follower = _Follower()


def _follow_the_system() -> None:
    """Listen to the desktop's colour scheme, once."""
    global _follows
    if not _follows:
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(_follower.follow)
        if (accessibility := getattr(hints, "accessibility", None)) is not None:
            accessibility().contrastPreferenceChanged.connect(_follower.follow)
        _follows = True
