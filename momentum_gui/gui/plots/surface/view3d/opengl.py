"""Whether a 3D picture can be had here: told at no cost as far as that goes, and tried only when it is wanted."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from momentum_gui.gui.plots.surface.view3d.gl_widget import GLSurfaceWidget

NO_PACKAGE = "3D needs PyOpenGL: pip install PyOpenGL"
NO_OPENGL = "This display gives no OpenGL, so there is no 3D"
WITHOUT_SCREEN = ("offscreen", "minimal", "linuxfb", "vnc")
"""Qt's platforms that have no OpenGL without an X server."""


class NoOpenGLError(Exception):
    """There is no 3D here; the text is the line that says why."""


def why_not() -> str:
    """Return what is known to prevent 3D; "" if it may be tried. Loads nothing."""
    if find_spec("OpenGL") is None:
        return NO_PACKAGE
    if QGuiApplication.platformName() in WITHOUT_SCREEN and not os.environ.get("DISPLAY"):
        return NO_OPENGL
    return ""


def make_gl_widget() -> GLSurfaceWidget:
    """Return a 3D picture that has drawn once. Raises NoOpenGLError, whatever it is that fails."""
    if problem := why_not():
        raise NoOpenGLError(problem)
    if sys.platform.startswith("linux"):
        # PyOpenGL guesses by the session, and would look for contexts of the other kind than those that Qt makes.
        wayland = QGuiApplication.platformName().startswith("wayland")
        egl = wayland or os.environ.get("QT_XCB_GL_INTEGRATION", "").endswith("egl")
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl" if egl else "glx")
    try:
        from momentum_gui.gui.plots.surface.view3d.gl_widget import GLSurfaceWidget

        return GLSurfaceWidget()
    except Exception as error:  # a driver may fail in any way; then the surface stays flat
        raise NoOpenGLError(NO_OPENGL) from error
