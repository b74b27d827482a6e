"""The style sheet: the little that Fusion and the palette do not give, from a theme's colours."""

from __future__ import annotations

from collections.abc import Mapping

from momentum_gui.assets import resource

TEMPLATE = """
QSplitter::handle { background: %(window)s; }
QSplitter::handle:hover { background: %(field)s; }
QMenuBar { background: %(window)s; padding: 2px 4px 0 4px; }
QStatusBar { border-top: 1px solid %(border)s; }
QStatusBar::item { border: none; }
QToolBar { border: none; border-bottom: 1px solid %(border)s; padding: 4px 8px; spacing: 4px; }
QToolBar::separator { background: %(border)s; width: 1px; margin: 6px 4px; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 4px; min-width: 16px; min-height: 16px; }
QToolButton:hover { background: %(raised)s; border-color: %(border)s; }
QToolButton:checked { background: %(raised)s; border-color: %(field)s; }
QToolButton:pressed { background: %(border)s; }
QToolButton:focus { border: 2px solid %(accent)s; padding: 3px; }
QToolButton[menu="true"] { padding-right: 18px; }
QToolButton::menu-indicator { image: url("%(chevron)s"); width: 12px; height: 12px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }
QToolButton[primary="true"] { background: %(accent)s; color: %(accent_text)s; padding: 5px 12px; font-weight: 600; }
QToolButton[primary="true"]:hover { border-color: %(text)s; }
QToolButton[primary="true"]:focus { border: 2px solid %(text)s; padding: 4px 11px; }
QToolButton[menu="true"]:focus { padding-right: 17px; }
QToolButton[heading="true"], QToolButton[heading="true"]:checked { background: transparent; border-color: transparent;
  color: %(muted)s; font-weight: 600; text-align: left; padding: 4px 2px; }
QToolButton[heading="true"]:hover { color: %(text)s; }
QToolButton[heading="true"]:focus { border: 2px solid %(accent)s; padding: 3px 1px; color: %(text)s; }
QLabel[muted="true"] { color: %(muted)s; }
QLabel[heading="true"] { color: %(muted)s; font-weight: 600; }
QLabel[title="true"] { font-weight: 600; }
QLabel[problem="true"] { color: %(bad)s; }
QLabel[formula="true"] { background: %(base)s; border: 1px solid %(border)s; border-radius: 4px; padding: 6px 8px; }
QLineEdit { background: %(base)s; border: 1px solid %(field)s; border-radius: 4px; padding: 3px 6px;
  selection-background-color: %(accent)s; selection-color: %(accent_text)s; }
QLineEdit:focus { border: 2px solid %(accent)s; padding: 2px 5px; }
QLineEdit:disabled { color: %(muted)s; background: %(window)s; border-color: %(border)s; }
QLineEdit[refused="true"] { border-color: %(bad)s; }
QComboBox { background: %(base)s; border: 1px solid %(field)s; border-radius: 4px; padding: 3px 6px; }
QComboBox:hover, QPushButton:hover { border-color: %(text)s; }
QComboBox:focus, QComboBox:on { border: 2px solid %(accent)s; padding: 2px 5px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("%(chevron)s"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: %(base)s; border: 1px solid %(border)s; padding: 2px; outline: none;
  selection-background-color: %(selection)s; selection-color: %(text)s; }
QPushButton { background: %(raised)s; border: 1px solid %(field)s; border-radius: 4px; padding: 4px 12px;
  min-height: 16px; }
QPushButton:default { background: %(accent)s; border-color: %(accent)s; color: %(accent_text)s; }
QPushButton:focus { border: 2px solid %(accent)s; padding: 3px 11px; }
QPushButton:default:focus { border-color: %(text)s; }
QPushButton:pressed { background: %(border)s; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialogButtonBox QPushButton { min-width: 72px; }
QCheckBox, QRadioButton { spacing: 6px; min-height: 20px; padding: 0 1px; border: 2px solid transparent;
  border-radius: 4px; }
QCheckBox::indicator, QTableView::indicator { width: 14px; height: 14px; border: 1px solid %(muted)s;
  border-radius: 3px; background: %(base)s; }
QCheckBox::indicator:checked, QTableView::indicator:checked { background: %(accent)s; border-color: %(accent)s;
  image: url("%(check)s"); }
QRadioButton::indicator { width: 12px; height: 12px; border: 1px solid %(muted)s; border-radius: 7px;
  background: %(base)s; }
QRadioButton::indicator:checked { border-color: %(accent)s; background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5,
  fx: 0.5, fy: 0.5, stop: 0 %(accent)s, stop: 0.5 %(accent)s, stop: 0.6 %(base)s, stop: 1 %(base)s); }
QCheckBox:focus, QRadioButton:focus { border-color: %(accent)s; }
QSlider { min-height: 24px; }
QSlider::groove:horizontal { background: %(field)s; height: 3px; border-radius: 1px; }
QSlider::sub-page:horizontal { background: %(accent)s; height: 3px; border-radius: 1px; }
QSlider::handle:horizontal { background: %(base)s; border: 2px solid %(accent)s; width: 12px; margin: -7px 0;
  border-radius: 8px; }
QSlider::handle:horizontal:hover { background: %(accent)s; }
QSlider:focus { border: 2px solid %(accent)s; border-radius: 4px; }
QSlider::handle:horizontal:disabled { border-color: %(field)s; }
QProgressBar { background: %(base)s; border: 1px solid %(border)s; border-radius: 4px; text-align: center; }
QProgressBar::chunk { background: %(accent)s; border-radius: 3px; }
QTableView QLineEdit { border-radius: 0; padding: 0 4px; }
QFrame[divider="true"] { background: %(border)s; border: none; }
QHeaderView { background: %(base)s; }
QHeaderView::section { background: %(base)s; color: %(muted)s; border: none;
  border-bottom: 1px solid %(border)s; padding: 4px 8px; }
QTableView { background: %(base)s; border: none; border-top: 1px solid %(border)s; outline: none;
  selection-background-color: %(selection)s; selection-color: %(text)s; }
QTableView:focus { border: 2px solid %(accent)s; }
QTableView::item { padding: 0 8px; border: none; }
QTableView::item:selected { background: %(selection)s; color: %(text)s; }
QTabWidget::pane { border: none; border-top: 1px solid %(border)s; }
QTabWidget::tab-bar { left: 4px; }
QTabBar { font-weight: 600; }
QTabBar::tab { background: transparent; color: %(muted)s; padding: 6px 8px; margin-right: 4px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: %(text)s; border-bottom-color: %(accent)s; }
QTabBar::tab:hover { color: %(text)s; }
QTabBar::tab:selected:focus { background: %(selection)s; }
QTabBar::tab:only-one { border-bottom-color: transparent; }
QScrollArea { border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %(field)s; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: %(text)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""


def style_sheet(colors: Mapping[str, str]) -> str:
    """Return a window's style sheet in a theme's colours: its `name`, and #rrggbb by what each is used for."""
    pictures = {
        "chevron": resource("icons", "style-chevron.svg").as_posix(),
        "check": resource("icons", f"style-check-{colors['name']}.svg").as_posix(),
    }
    return TEMPLATE % {**colors, **pictures, "selection": tint(colors)}


def tint(colors: Mapping[str, str]) -> str:
    """Return the base with a breath of the accent: behind what is selected, so that every text stays readable on it."""
    base, accent = (tuple(int(colors[key][at : at + 2], 16) for at in (1, 3, 5)) for key in ("base", "accent"))
    share = 0.12 if colors["name"] == "light" else 0.22
    return "#" + "".join(f"{round(b + share * (a - b)):02x}" for b, a in zip(base, accent, strict=True))
