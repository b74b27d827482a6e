"""The style sheet: the little that Fusion and the palette do not give, from a theme's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from momentum_gui.gui.theme import Theme

TEMPLATE = """
QToolTip { color: %(text)s; background: %(raised)s; border: 1px solid %(border)s; padding: 4px; }
QMainWindow::separator { background: %(window)s; width: 6px; height: 6px; }
QSplitter::handle { background: %(window)s; }
QStatusBar { border-top: 1px solid %(border)s; }
QStatusBar::item { border: none; }
QToolBar { border: none; border-bottom: 1px solid %(border)s; padding: 4px 8px; spacing: 4px; }
QToolBar::separator { background: %(border)s; width: 1px; margin: 6px 4px; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 4px; }
QToolButton:hover, QToolButton:checked { background: %(raised)s; border-color: %(border)s; }
QToolButton:pressed { background: %(border)s; }
QToolButton[primary="true"] { background: %(accent)s; color: %(accent_text)s; padding: 4px 12px; }
QToolButton[primary="true"]:hover { border-color: %(text)s; }
QLabel[muted="true"] { color: %(muted)s; }
QLabel[heading="true"] { color: %(muted)s; font-weight: 600; }
QLabel[problem="true"] { color: %(bad)s; }
QFrame[card="true"] { background: %(base)s; border: 1px solid %(border)s; border-radius: 4px; }
QHeaderView::section { background: %(window)s; color: %(muted)s; border: none;
  border-bottom: 1px solid %(border)s; padding: 4px 8px; }
QTableView { border: 1px solid %(border)s; border-radius: 4px; gridline-color: transparent;
  selection-background-color: %(raised)s; selection-color: %(text)s; }
QTabWidget::pane { border: none; border-top: 1px solid %(border)s; }
QTabBar::tab { background: transparent; color: %(muted)s; padding: 6px 10px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: %(text)s; border-bottom-color: %(accent)s; }
QTabBar::tab:hover { color: %(text)s; }
QScrollArea { border: none; }
"""


def style_sheet(theme: Theme) -> str:
    """The application's style sheet in the theme's colours."""
    return TEMPLATE % vars(theme)
