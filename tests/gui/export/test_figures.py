"""What the views that are no plots put on paper: everything they say, and nothing that is there to click."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from PySide6.QtGui import QColor, QImage

from momentum_gui.gui.export.plot_file import save_picture
from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.gui.style import theme
from momentum_gui.lab.experiment import Experiment
from tests.conftest import wait_until
from tests.gui.conftest import MakeWindow, at_rest

SVG = "{http://www.w3.org/2000/svg}"


def test_numbers_and_diagrams_are_complete_and_light(make_window: MakeWindow, tmp_path: Path) -> None:
    """One update has all five rules and the item's passes as text, Network its units, without fields and buttons."""
    window = make_window(Experiment.load("iris"))
    window.actions_["step_epoch"].trigger()
    wait_until(lambda: window.session.record.latest.epochs == 1, "an epoch")  # type: ignore[union-attr]
    at_rest(window)
    wanted = {
        "One update": ["Plain", "One-step", "Heavy ball", "Damped", "Nesterov", "sepal_length", "virginica", "new w"],
        "Network": ["sepal_length", "virginica", "weights above 0"],
        "Data": ["sepal_length", "setosa 40 + 10", "greatest"],
    }
    for title, words in wanted.items():
        view = window.views.show(title)
        at_rest(window)
        for form in (PictureForm(), PictureForm((85, 60), "mm")):
            save_picture(view, tmp_path / "p.svg", form)
            root = ElementTree.parse(tmp_path / "p.svg").getroot()
            text = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text")).replace("\xa0", " ")
            assert [word for word in words if word not in text] == [], (title, text)
            assert "Colour" not in text
        save_picture(view, tmp_path / "p.png")
        assert QColor(QImage(str(tmp_path / "p.png")).pixel(0, 0)) == QColor(theme.LIGHT.plot_background)
