"""The tabs that hold the window's views; a view is made when it is first shown."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QToolButton, QWidget

from momentum_gui.gui.plots.catalogue import VIEWS, ViewRow
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.style.icons import icon


class Page(QWidget):
    """The place of one view in a tab, empty until the view is first shown."""

    resized = Signal()

    def __init__(self, row: ViewRow) -> None:
        super().__init__()
        self.row = row
        self.view: View | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def make_view(self) -> View:
        """Return the view, made if need be."""
        if self.view is None:
            self.view = self.row.make()
            self.view.setParent(self)
            self.view.setGeometry(self.rect())
            self.view.show()
        return self.view

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the view all the room there is.

        Not by a layout: that would hand on each of the view's wishes for another size, which come with every word that
        changes, up to the window, and lay out everything again.
        """
        super().resizeEvent(event)
        if self.view is not None:
            self.view.setGeometry(self.rect())
            self.resized.emit()


class Area(QTabWidget):
    """One area of the window: its views in tabs, and a menu for what can be done with the one in front."""

    menu_wanted = Signal(str, QPoint)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.pages = [Page(row) for row in VIEWS if row.area == name]
        for page in self.pages:
            self.addTab(page, page.row.title)
        self.more = QToolButton()
        self.more.setToolTip("Save this plot or its data")
        self.more.setAccessibleName("Save this plot or its data")
        self.more.clicked.connect(self._want_menu)
        self.setCornerWidget(self.more, Qt.Corner.TopRightCorner)
        self.tabBar().setExpanding(False)
        self.tabBar().setDrawBase(False)
        self.tabBar().setAccessibleName(f"Views: {', '.join(page.row.title for page in self.pages)}")
        self.apply_theme()

    @property
    def page(self) -> Page:
        """The page in front."""
        return cast(Page, self.currentWidget())

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        self.more.setIcon(icon("more"))

    @Slot()
    def _want_menu(self) -> None:
        self.menu_wanted.emit(self.name, self.more.mapToGlobal(QPoint(0, self.more.height())))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu of the view in front, where nothing in it has a menu of its own."""
        self.menu_wanted.emit(self.name, event.globalPos())
