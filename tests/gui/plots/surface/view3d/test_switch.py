"""The 3D picture: off with a word where there is no OpenGL, and the real thing where there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QOpenGLContext
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from momentum_gui.engine.numpy_engine import task_errors
from momentum_gui.gui.export import plot_file as export
from momentum_gui.gui.plots.surface.plane_picker import PCA, RANDOM, THREE, WEIGHTS
from momentum_gui.gui.plots.surface.view import SurfaceView
from momentum_gui.gui.plots.surface.view3d import opengl as probing
from momentum_gui.gui.plots.surface.view3d.landscape import HIGH
from momentum_gui.gui.plots.surface.view3d.opengl import NO_OPENGL, NO_PACKAGE
from momentum_gui.gui.style import theme
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.training.trainer import Trainer
from tests.conftest import ROOT, wait_until
from tests.gui.plots.showing import begin, show_moment, show_runs, update

Shown = tuple[SurfaceView, Trainer, Record]
Show = Callable[..., Shown]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Shows an experiment after some epochs; the view ends with the test."""
    views: list[SurfaceView] = []
    theme.set_theme("light")

    def make(experiment: Experiment, epochs: int = 10) -> Shown:
        trainer = Trainer(experiment, "numpy")
        record = Record(trainer.first_frame())
        record.extend(trainer.advance_epochs(epochs))
        view = SurfaceView()
        views.append(view)
        qtbot.addWidget(view)
        view.resize(640, 620)
        view.show()
        begin(view, trainer.setup, record)
        settle(view)
        return view, trainer, record

    yield make
    for view in views:
        view.end()


@pytest.fixture
def opengl(qapp: QApplication) -> None:
    """Skips a test where no OpenGL context can be made."""
    if find_spec("OpenGL") is None:
        pytest.skip("PyOpenGL is not installed")
    if not QOpenGLContext().create():
        pytest.skip("this display gives no OpenGL; test_in_a_window tries a virtual one")


def settle(view: SurfaceView) -> None:
    """Wait until the surface is evaluated as finely as it will be."""
    wait_until(lambda: not view.busy, "the surface is evaluated", 30.0)


def pixels(image: QImage) -> np.ndarray:
    """An image as numbers (height, width, 3): red, green, blue."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.width(), 4)
    return flat[..., 2::-1].astype(int)


def count(image: QImage, color: str, most: int = 12) -> int:
    """How many pixels have about this colour."""
    wanted = np.array(QColor(color).getRgb()[:3])
    return int((np.abs(pixels(image) - wanted).max(axis=-1) <= most).sum())


def solid_image(view: SurfaceView) -> QImage:
    """The 3D picture as it would be drawn now."""
    assert view.view3d.widget is not None
    return view.view3d.widget.render_image(view.stack.size(), 1.0)


def scene_of(view: SurfaceView) -> object:
    """The landscape that is shown."""
    assert view.view3d.widget is not None
    assert view.view3d.widget.scene is not None
    return view.view3d.widget.scene


# Where there is no OpenGL.


def test_without_the_package(show: Show, xor: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyOpenGL the button is off, and its tooltip says what to install."""
    monkeypatch.setattr(probing, "find_spec", lambda name: None)
    view, _, _ = show(xor)
    assert not view.button_3d.isEnabled()
    assert view.button_3d.toolTip() == NO_PACKAGE == "3D needs PyOpenGL: pip install PyOpenGL"


def test_without_a_display(show: Show, xor: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off-screen, where no X server stands by, the button is off from the start and says why."""
    monkeypatch.setattr(probing, "find_spec", lambda name: object())
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)
    view, _, _ = show(xor)
    assert not view.button_3d.isEnabled()
    assert view.button_3d.toolTip() == NO_OPENGL
    assert view.plot.isVisible()


def test_what_fails_when_tried_leaves_the_surface_flat(
    show: Show, xor: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong at the first try, the surface stays flat, and the button says why and is off for good."""
    monkeypatch.setattr(probing, "why_not", lambda: "")
    monkeypatch.setattr("momentum_gui.gui.plots.surface.view3d.switch.why_not", lambda: "")
    monkeypatch.setitem(sys.modules, "momentum_gui.gui.plots.surface.view3d.gl_widget", None)
    view, _, _ = show(xor)
    assert view.button_3d.isEnabled()
    view.button_3d.click()
    assert not view.button_3d.isEnabled()
    assert not view.button_3d.isChecked()
    assert view.button_3d.toolTip() == NO_OPENGL
    assert not view.view3d.on
    assert view.plot.isVisible()


def test_nothing_is_loaded_before_it_is_wanted() -> None:
    """A surface view alone loads neither PyOpenGL nor what draws with it."""
    code = (
        "import sys\nfrom PySide6.QtWidgets import QApplication\nfrom momentum_gui.gui.style import theme\n"
        "from momentum_gui.gui.plots.surface.view import SurfaceView\n"
        "app = QApplication([])\ntheme.set_theme('light')\nview = SurfaceView()\nview.end()\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'OpenGL' or 'opengl.' in name])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"


def test_in_a_window() -> None:
    """The tests below hold in a real window with a software renderer, wherever a virtual display can be had."""
    if QGuiApplication.platformName() != "offscreen":
        pytest.skip("this is a real window already")
    if shutil.which("xvfb-run") is None or find_spec("OpenGL") is None:
        pytest.skip("needs xvfb-run and PyOpenGL")
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "QT_LOGGING_RULES": "*=false"}
    display = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24 +extension GLX"]
    found = subprocess.run(
        [*display, sys.executable, "-m", "pytest", "-q", "-rs", "-k", "drawn", str(Path(__file__))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
    )
    if "no OpenGL" in found.stdout and "passed" not in found.stdout:
        pytest.skip("the virtual display gives no OpenGL")
    assert found.returncode == 0, found.stdout + found.stderr


# Where there is.


@pytest.mark.usefixtures("opengl")
@pytest.mark.parametrize("kind", [WEIGHTS, PCA, RANDOM, THREE])
def test_drawn_on_every_plane(show: Show, xor: Experiment, kind: int) -> None:
    """On every plane the landscape shows the colour map and both runs, each point of them at the plane's true error."""
    view, trainer, _ = show(xor)
    view.button_3d.click()
    assert view.view3d.on, view.button_3d.toolTip()
    view.picker.kind.setCurrentIndex(kind)
    view.picker.kind.activated.emit(kind)
    settle(view)
    image = solid_image(view)
    assert count(image, theme.run_color(0)) > 30
    assert count(image, theme.run_color(1)) > 60
    assert count(image, theme.current().plot_background, 0) > 20_000
    assert len(np.unique(pixels(image).reshape(-1, 3), axis=0)) > 500
    scene, evaluated = scene_of(view), view.evaluated
    assert evaluated is not None
    low, high = scene.box.levels
    left, right, bottom, top = scene.box.range
    for run in scene.runs:
        ends = run.pieces.reshape(-1, 3)
        x, y = left + (ends[:, 0] + 1) / 2 * (right - left), bottom + (ends[:, 1] + 1) / 2 * (top - bottom)
        true = np.log10(task_errors(trainer.groups[0].task, evaluated.request.plane.weights_at(x, y)))
        assert ends[:, 2] / HIGH * (high - low) + low == pytest.approx(np.maximum(true, low), abs=1e-12)


@pytest.mark.usefixtures("opengl")
def test_drawn_live_and_at_past_moments(show: Show, xor: Experiment) -> None:
    """The landscape follows the training, and shows a past moment when one is looked at."""
    view, trainer, record = show(xor)
    view.button_3d.click()
    settle(view)
    before = scene_of(view).runs[1].present
    record.extend(trainer.advance_epochs(10))
    update(view)
    settle(view)
    now = scene_of(view).runs[1].present
    assert not np.allclose(before, now)
    show_moment(view, 4.0)
    settle(view)
    then = scene_of(view).runs[1].present
    assert not np.allclose(then, now)
    show_runs(view, (False, True))
    assert [run.number for run in scene_of(view).runs] == [1]


@pytest.mark.usefixtures("opengl")
def test_drawn_by_the_buttons(show: Show, xor: Experiment) -> None:
    """Log, Contours and the button itself do what they say; dragging turns, the wheel zooms, Fit goes back."""
    view, _, _ = show(xor)
    view.button_3d.click()
    relief = view.view3d.widget
    assert relief is not None
    assert scene_of(view).box.log
    assert len(scene_of(view).ground.contours)
    view.log.click()
    view.contours.click()
    assert not scene_of(view).box.log
    assert not len(scene_of(view).ground.contours)
    home = relief.opts["azimuth"]
    middle = relief.rect().center()
    QTest.mousePress(relief, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(relief, middle + QPoint(40, 0))
    QTest.mouseRelease(relief, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    relief.orbit(10, 0)
    assert relief.opts["azimuth"] != home
    view.fit_button.click()
    assert relief.opts["azimuth"] == home
    view.button_3d.click()
    assert not view.view3d.on
    assert view.plot.isVisible()
    view.button_3d.click()
    assert view.view3d.on


@pytest.mark.usefixtures("opengl")
def test_drawn_in_both_themes_and_on_paper(show: Show, xor: Experiment, tmp_path: Path) -> None:
    """The picture takes on the theme; saved as PNG it is light and of twice the size; SVG and PDF are refused."""
    view, _, _ = show(xor)
    view.button_3d.click()
    theme.set_theme("dark")
    view.apply_theme()
    assert count(solid_image(view), theme.DARK.plot_background, 0) > 20_000
    path = tmp_path / "solid.png"
    export.save_picture(view, path)
    saved = QImage(str(path))
    assert saved.width() == 2 * view.stack.width()
    assert count(saved, theme.LIGHT.plot_background, 0) > 100_000
    for name in ("solid.svg", "solid.pdf"):
        with pytest.raises(BadInputError, match=r"save it as \.png"):
            export.save_picture(view, tmp_path / name)
        assert not (tmp_path / name).exists()
    theme.set_theme("light")


@pytest.mark.usefixtures("opengl")
def test_drawn_no_more_once_opengl_fails(show: Show, xor: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception while drawing ends 3D, not the program: the surface is flat again and the button says why."""
    view, _, _ = show(xor)
    view.button_3d.click()
    relief = view.view3d.widget
    assert relief is not None

    def broken(**_: object) -> None:
        raise RuntimeError("the driver is gone")

    monkeypatch.setattr(relief, "paint", broken)
    relief.update()
    wait_until(lambda: not view.view3d.on, "the surface is flat")
    assert view.plot.isVisible()
    assert view.button_3d.toolTip() == NO_OPENGL
    update(view)


@pytest.mark.usefixtures("opengl")
def test_drawn_in_two_views(show: Show, xor: Experiment) -> None:
    """Two pictures at once, each with an OpenGL context of its own, do not disturb one another."""
    first, _, _ = show(xor)
    second, _, _ = show(xor)
    for view in (first, second):
        view.button_3d.click()
    assert pixels(solid_image(first)).tolist() == pixels(solid_image(second)).tolist()


@pytest.mark.usefixtures("opengl")
def test_drawn_with_wild_numbers(show: Show) -> None:
    """A run that diverged is drawn up to the edge, and an error without end is a hole."""
    runs: list[dict[str, object]] = [{"name": "wild", "rule": "plain", "learning_rate": 3.0, "epochs": 2000}]
    view, _, _ = show(Experiment.from_table({"problem": {"surface": "bowl"}, "run": runs}, "surface"), 1500)
    view.button_3d.click()
    scene = scene_of(view)
    assert scene.runs[0].present is None
    assert np.abs(scene.runs[0].pieces[..., :2]).max() <= 1.0 + 1e-9
    assert view.evaluated is not None
    view.evaluated.errors[:20] = np.inf
    view.log.click()
    assert len(scene_of(view).ground.triangles) < len(scene.ground.triangles)
    assert not solid_image(view).isNull()
