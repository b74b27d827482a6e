"""The program finds its resources wherever it was put, and says where it looked when they are missing."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from momentum_gui import assets

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "from momentum_gui import assets; print(assets.resource_folder())"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package's two root files in a folder of their own, without resources."""
    folder = tmp_path / "elsewhere" / "momentum_gui"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "assets.py", "version.py"):
        shutil.copy(ROOT / "momentum_gui" / name, folder)
    return folder


def ask(package: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run `resource_folder()` in that copy of the package."""
    return subprocess.run(
        [sys.executable, "-c", before + QUESTION],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def put_resources(folder: Path) -> Path:
    """Put the one file there by which the folder is known."""
    (folder / "datasets").mkdir(parents=True)
    shutil.copy(ROOT / "resources" / "datasets" / "iris.csv", folder / "datasets")
    return folder


def test_a_checkout_has_them_beside_the_package(package: Path) -> None:
    """`python main.py` in a checkout finds resources/ next to momentum_gui/."""
    folder = put_resources(package.parent / "resources")
    assert ask(package).stdout.strip() == str(folder)


def test_an_installed_wheel_has_them_inside(package: Path) -> None:
    """Inside the package comes first: another project's "resources" beside it is not taken for ours."""
    (package.parent / "resources").mkdir()
    folder = put_resources(package / "resources")
    assert ask(package).stdout.strip() == str(folder)


def test_a_frozen_bundle_has_them_where_it_was_unpacked(package: Path, tmp_path: Path) -> None:
    """PyInstaller unpacks into a folder that it names in sys._MEIPASS."""
    folder = put_resources(tmp_path / "bundle" / "momentum_gui" / "resources")
    answer = ask(package, before=f"import sys; sys._MEIPASS = {str(tmp_path / 'bundle')!r}; ")
    assert answer.stdout.strip() == str(folder)


def test_missing_resources_are_said_plainly(package: Path) -> None:
    """A broken installation names the folders that it looked in."""
    answer = ask(package)
    assert answer.returncode == 1
    assert f"resources are missing (looked in {package / 'resources'}" in answer.stderr


def test_iris_is_fishers_own() -> None:
    """150 rows, 50 a species, and the two rows in which the well-known faulty copy differs."""
    with assets.resource("datasets", "iris.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    assert Counter(row[4] for row in rows[1:]) == {"setosa": 50, "versicolor": 50, "virginica": 50}
    assert rows[35] == ["4.9", "3.1", "1.5", "0.2", "setosa"]
    assert rows[38] == ["4.9", "3.6", "1.4", "0.1", "setosa"]
    means = [sum(float(row[column]) for row in rows[1:]) / 150 for column in range(4)]
    assert means == pytest.approx([5.843333, 3.057333, 3.758, 1.199333], abs=1e-6)
