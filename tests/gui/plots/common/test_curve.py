"""Curves and dots: what is drawn of their points, and how large it is on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from momentum_gui.gui.plots.common.curve import Curve, Dots


def painted(item: Curve, x_scale: float, y_scale: float) -> np.ndarray:
    """Which pixels of a picture of 80 by 80 an item paints, drawn with its origin in the middle."""
    image = QImage(80, 80, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setTransform(QTransform(x_scale, 0, 0, y_scale, 40, 40))
    item.paint(painter, QStyleOptionGraphicsItem())
    assert painter.transform() == QTransform(x_scale, 0, 0, y_scale, 40, 40)
    painter.end()
    gray = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(gray.constBits(), dtype=np.uint8).reshape(80, gray.bytesPerLine())[:, :80] < 128


@pytest.mark.parametrize(("x_scale", "y_scale"), [(1.0, 1.0), (400.0, -30.0), (1e-3, -1e5)])
def test_dots_are_round_whatever_the_scale(qapp: object, x_scale: float, y_scale: float) -> None:
    """A dot is as wide as the pen, and as high."""
    pen = QPen(QColor("black"), 8.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    pen.setCosmetic(True)
    dots = Dots()
    dots.set_points(np.array([0.0]), np.array([0.0]), pen=pen)
    rows, columns = np.nonzero(painted(dots, x_scale, y_scale))
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == pytest.approx(8, abs=1)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_dots_are_as_large_on_fine_screens(qapp: object, ratio: float) -> None:
    """Where the screen's pixels are half as large, a dot has twice as many across."""
    image = QImage(80, 80, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    pen = QPen(QColor("black"), 8.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    pen.setCosmetic(True)
    dots = Dots()
    dots.set_points(np.array([20.0]), np.array([20.0]), pen=pen)
    painter = QPainter(image)
    dots.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    dark = [x for x in range(80) if QColor(image.pixel(x, round(20 * ratio))).lightness() < 128]
    assert len(dark) == pytest.approx(8 * ratio, abs=1)


def test_a_line_has_a_gap_where_there_is_no_number(qapp: object) -> None:
    """A line is drawn between two points that are both numbers; of none nothing."""
    curve = Curve()
    pen = QPen(QColor("black"), 1.0)
    pen.setCosmetic(True)
    for x, y, drawn in (
        ([-10.0, 0.0, 10.0, 20.0], [5.0, 5.0, np.nan, np.nan], 10),
        ([-10.0, 10.0], [5.0, 5.0], 20),
        ([-10.0, 10.0], [np.nan, np.nan], 0),
        ([], [], 0),
    ):
        curve.set_points(np.array(x), np.array(y), pen=pen)
        assert painted(curve, 1.0, 1.0).sum() == pytest.approx(drawn, abs=1)
    assert curve.boundingRect() == QRectF()


def test_a_number_between_gaps_is_a_dot(qapp: object) -> None:
    """A point that no line reaches is drawn as a dot, as after the first update of a training."""
    curve = Curve()
    pen = QPen(QColor("black"), 2.0)
    pen.setCosmetic(True)
    for y, dots in (([np.nan, 5.0, np.nan], 1), ([np.nan, 5.0], 1), ([5.0, np.nan, 5.0], 2), ([np.nan] * 3, 0)):
        curve.set_points(np.linspace(-20.0, 20.0, len(y)), np.array(y), pen=pen)
        assert painted(curve, 1.0, 1.0).sum() == pytest.approx(50 * dots, abs=10 * dots)
