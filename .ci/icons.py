"""Renders the program's icon in all sizes, and as .ico and .icns, from its SVG: `make icons`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FOLDER = RESOURCES / "desktop"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def render(size: int) -> Path:
    """Write the icon at this size in pixels; return its path."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(RESOURCES / "icons" / "momentum-gui.svg")).render(painter)
    painter.end()
    path = FOLDER / f"momentum-gui-{size}.png"
    if not image.save(str(path)):
        raise OSError(f"{path} cannot be written")
    return path


def main() -> None:
    """Write all icons beside the .desktop file."""
    pictures = {size: Image.open(render(size)) for size in SIZES}
    small = [pictures[size] for size in SIZES if size <= 256]
    pictures[256].save(FOLDER / "momentum-gui.ico", sizes=[each.size for each in small], append_images=small[:-1])
    pictures[512].save(FOLDER / "momentum-gui.icns", append_images=[pictures[size] for size in (16, 32, 128, 256)])


if __name__ == "__main__":
    main()
