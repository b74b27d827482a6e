"""The window's actions: their words, keys and icons, the menus and the toolbar that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from momentum_gui.gui.panels.speed import SpeedControl
from momentum_gui.gui.state import Activity, WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.style.icons import SIZE, icon
from momentum_gui.gui.widgets.reason import allow


@dataclass(frozen=True)
class Declared:
    """An action's menu, words, keys and icon."""

    menu: str
    name: str
    text: str
    keys: str = ""
    icon: str = ""
    tip: str = ""
    checkable: bool = False


ACTIONS = (
    Declared("File", "open", "&Open …", "Ctrl+O", "open", "Open an experiment (TOML), a log or data (CSV)"),
    Declared("File", "save", "&Save experiment as …", "Ctrl+S", "save", "Save the experiment with all changes made"),
    Declared(
        "File",
        "save_session",
        "Save sess&ion as …",
        "Ctrl+Shift+S",
        "",
        "Save the experiment and how far it has trained",
    ),
    Declared("File", "", ""),
    Declared("File", "export_log", "Export &log …", "Ctrl+L", "", "Write the log of this training as CSV"),
    Declared("File", "export_plot", "Export &plot …", "Ctrl+E", "", "Save a plot as PNG, SVG or PDF"),
    Declared("File", "export_film", "Export &film …", "", "", "Write the run as a moving picture: GIF, PNG, MP4"),
    Declared("File", "export_report", "Export &report …", "", "", "Write one page with settings, figures and theory"),
    Declared("File", "export_data", "Export plot's &data …", "Ctrl+Shift+E", "", "Save what a plot shows as CSV"),
    Declared("File", "", ""),
    Declared("File", "quit", "&Quit", "Ctrl+Q"),
    Declared("Edit", "undo", "&Undo", "Ctrl+Z", "", "Take back the last change of settings or runs"),
    Declared("Edit", "redo", "&Redo", "Ctrl+Shift+Z", "", "Make the change again that was taken back"),
    Declared("Edit", "", ""),
    Declared("Edit", "add", "&Add a run …", "Ctrl+N", "add"),
    Declared("Edit", "fork", "&Fork the run …", "Ctrl+F", "fork"),
    Declared("Edit", "rename", "Re&name the run", "F2", "", "Give the selected run another name"),
    Declared("Edit", "remove", "Remo&ve the run", "", "remove", "Remove the selected run (Delete in the table)"),
    Declared("View", "full_screen", "&Full screen", "F11", "", "The window on the whole screen", checkable=True),
    Declared("View", "", ""),
    Declared("View", "log_axis", "Lo&garithmic error axis", checkable=True),
    Declared(
        "View",
        "hints",
        "&Hints",
        tip="A line in plain words when a run is slow, oscillates or is about to diverge",
        checkable=True,
    ),
    Declared("Run", "run", "&Run\tSpace", "", "run", "Train on (Space)"),
    Declared("Run", "step", "One &update", ".", "update", "Do one update (.)"),
    Declared("Run", "step_epoch", "One &epoch", "Ctrl+.", "epoch", "Go on to the end of the epoch (Ctrl+.)"),
    Declared("Run", "back", "Update &back", ",", "back", "Undo one update (,)"),
    Declared("Run", "back_epoch", "Epoch b&ack", "Ctrl+,", "back-epoch", "Go back one epoch (Ctrl+,)"),
    Declared("Run", "reset", "Rese&t", "Ctrl+R", "reset", "Start again from the same weights (Ctrl+R)"),
    Declared("Tools", "commands", "&Find a command …", "Ctrl+K", "", "All commands, found by their words"),
    Declared("Tools", "", ""),
    Declared("Tools", "copy_script", "Cop&y as Python", "", "", "Copy a program that repeats this training with NumPy"),
    Declared("Tools", "rule", "New r&ule …", "", "", "Write a rule of your own as four formulas"),
    Declared("Help", "notes", "&Notes on this experiment"),
    Declared("Help", "keys", "&Keys and mouse", "F1"),
    Declared("Help", "", ""),
    Declared("Help", "about", "&About Momentum GUI", tip="Version, licences, and details for a report"),
    Declared("Help", "about_qt", "About &Qt", tip="The library that draws the window, and its licence"),
)
ENDED = "All runs have ended: Reset starts them again"
NOT_BEGUN = "Nothing has been trained yet"
ALONE = "The last run stays"
THEMES = (("system", "As the &system"), ("light", "&Light"), ("dark", "&Dark"), ("contrast", "&High contrast"))


class Actions:
    """All actions by name, the menu bar and the toolbar of a window."""

    def __init__(self, window: QMainWindow) -> None:
        self._running = False
        self.by_name: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.tips: dict[str, str] = {}
        bar = window.menuBar()
        for declared in ACTIONS:
            menu = self.menus.get(declared.menu)
            if menu is None:
                menu = self.menus[declared.menu] = bar.addMenu(f"&{declared.menu}")
                menu.setToolTipsVisible(True)
            if not declared.name:
                menu.addSeparator()
                continue
            action = QAction(declared.text, window)
            action.setToolTip(declared.tip or declared.text.replace("&", "").rstrip(" …"))
            action.setCheckable(declared.checkable)
            self.tips[declared.name] = action.toolTip()
            if declared.keys:
                action.setShortcut(QKeySequence(declared.keys))
            menu.addAction(action)
            self.by_name[declared.name] = action
            if declared.name == "open":
                self.recent = menu.addMenu("Open &recent")
                self.recent.setToolTipsVisible(True)
                self.examples = menu.addMenu("Open &example")
                self.examples.setToolTipsVisible(True)
        self.full_screen, self.log_axis, self.hints = self["full_screen"], self["log_axis"], self["hints"]
        self.log_axis.setChecked(True)
        self.themes = QActionGroup(window)
        view = self.menus["View"].addMenu("&Theme")
        for mode, text in THEMES:
            action = view.addAction(text)
            action.setCheckable(True)
            action.setData(mode)
            self.themes.addAction(action)
        self.speed = SpeedControl()
        self.run_button = QToolButton()
        self.theme_button = QToolButton()
        self._build_toolbar(window)
        self.apply_theme()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def show_state(self, state: WindowState) -> None:
        """Let actions say what they do now, and disable those that could do nothing."""
        running, record = state.activity is Activity.RUNNING, state.record
        if running != self._running:
            self._running = running
            self["run"].setText("&Pause\tSpace" if running else "&Run\tSpace")
            self["run"].setToolTip("Pause (Space)" if running else "Train on (Space)")
            self.run_button.setText("Pause" if running else "Run")
            self._show_run_icon()
        ended = state.activity is Activity.FINISHED
        begun = record is not None and record.latest.position > 0
        for names, possible, reason in (
            (("step", "step_epoch"), not ended, ENDED),
            (("back", "back_epoch"), begun, NOT_BEGUN),
            (("remove",), record is not None and len(record.runs) > 1, ALONE),
        ):
            for name in names:
                allow(self[name], possible, self.tips[name], reason)

    def show_history(self, undo: str, redo: str) -> None:
        """Let Undo and Redo say what they would do; empty where there is nothing."""
        for name, word, text in (("undo", "&Undo", undo), ("redo", "&Redo", redo)):
            allow(self[name], bool(text), self.tips[name], f"There is nothing to {name}")
            self[name].setText(f"{word} {text}".strip())

    def show_theme(self, mode: str) -> None:
        """Tick the theme asked for."""
        for action in self.themes.actions():
            action.setChecked(action.data() == mode)

    def apply_theme(self) -> None:
        """Draw the icons in the theme's colours."""
        for declared in ACTIONS:
            if declared.icon:
                self.by_name[declared.name].setIcon(icon(declared.icon))
        self.theme_button.setIcon(icon("theme"))
        for button, name in self._menu_buttons:
            button.setIcon(icon(name))
        self._show_run_icon()

    def _show_run_icon(self) -> None:
        name = "pause" if self._running else "run"
        self["run"].setIcon(icon(name))
        self.run_button.setIcon(icon(name, theme.current().accent_text))

    def _build_toolbar(self, window: QMainWindow) -> None:
        bar = QToolBar("Run and files")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(SIZE, SIZE))
        bar.setContextMenuPolicy(bar.contextMenuPolicy().PreventContextMenu)
        window.addToolBar(bar)
        self.toolbar = bar
        self.run_button.setProperty("primary", True)
        self.run_button.setToolButtonStyle(self.run_button.toolButtonStyle().ToolButtonTextBesideIcon)
        self.run_button.setText("Pause")
        self.run_button.setFixedWidth(self.run_button.sizeHint().width() + 40)  # never changes with the word
        self.run_button.setText("Run")
        self.run_button.setToolTip("Train on, or pause (Space)")
        self.run_button.clicked.connect(self["run"].trigger)
        bar.addWidget(self.run_button)
        for name in ("step", "step_epoch"):
            bar.addAction(self[name])
        bar.addSeparator()
        for name in ("back", "back_epoch", "reset"):
            bar.addAction(self[name])
        bar.addSeparator()
        bar.addWidget(self.speed)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        export = QMenu(bar)
        for name in ("export_plot", "export_data", "export_log", "export_film", "export_report"):
            export.addAction(self[name])
        self._menu_buttons: list[tuple[QToolButton, str]] = []
        for text, menu, name in (("Examples", self.examples, "examples"), ("Export", export, "export")):
            button = QToolButton()
            button.setText(text)
            button.setMenu(menu)
            button.setProperty("menu", True)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setToolButtonStyle(button.toolButtonStyle().ToolButtonTextBesideIcon)
            self._menu_buttons.append((button, name))
            bar.addWidget(button)
        bar.addAction(self["open"])
        bar.addAction(self["save"])
        for action in bar.actions():
            if isinstance(of_action := bar.widgetForAction(action), QToolButton):
                of_action.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # by default Tab passes it by
        bar.addSeparator()
        self.theme_button.setToolTip("Light or dark")
        self.theme_button.setAccessibleName("Light or dark")
        bar.addWidget(self.theme_button)
