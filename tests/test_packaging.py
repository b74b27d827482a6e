"""The wheel carries all the program needs: built, installed into an empty environment, run elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from itertools import chain
from pathlib import Path

import pytest

import momentum_gui

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout as `python -m build` does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_package_and_every_resource(wheel: Path) -> None:
    """Nothing under momentum_gui/ and resources/ is left out, and nothing else is put in."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if not re.search(r"\.(dist-info|data)/", name)}
    package = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "momentum_gui").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    files = (file for file in (ROOT / "resources").rglob("*") if file.is_file())
    resources = {"momentum_gui/" + str(file.relative_to(ROOT)) for file in files}
    assert inside == package | resources


@pytest.mark.timeout(300)  # the installed copy compiles its own kernels
def test_installed_wheel_trains_iris(wheel: Path, tmp_path: Path) -> None:
    """The installed command finds its example and its data set without the checkout.

    Only the wheel is installed for real: its dependencies are lent from the environment of the tests.
    """
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    scheme = sysconfig.get_paths("venv", vars={"base": str(environment), "platbase": str(environment)})
    scripts, packages = Path(scheme["scripts"]), Path(scheme["purelib"])
    python = scripts / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "-qq"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    # A plain path: the lender's own .pth files, one of which leads to the checkout, are not read with it.
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    asked = "from momentum_gui import assets; print(assets.resource_folder())"
    where = subprocess.run([python, "-c", asked], cwd=elsewhere, env=clean, capture_output=True, text=True, check=True)
    assert where.stdout.strip() == str(packages / "momentum_gui" / "resources")

    command = [scripts / "momentum-gui", "train", "iris", "--set", "training.epochs=5", "--json"]
    done = subprocess.run(command, cwd=elsewhere, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    runs = answer["runs"]
    assert runs
    assert all(run["epochs"] == 5 and run["outcome"] == "finished" for run in runs)
    assert list(elsewhere.iterdir()) == [], "nothing is written that was not asked for"


def test_version_has_one_source(wheel: Path) -> None:
    """The wheel's version is the package's own, and changelog, citation and AppStream file name it with one day."""
    assert wheel.name.split("-")[1] == momentum_gui.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(momentum_gui.__version__)}\] - (\S+)$", changelog, re.MULTILINE)
    assert found
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'version: {momentum_gui.__version__}\ndate-released: "{found[1]}"' in citation
    metainfo = (ROOT / "resources" / "desktop" / "momentum-gui.metainfo.xml").read_text(encoding="utf-8")
    assert f'<release version="{momentum_gui.__version__}" date="{found[1]}"/>' in metainfo


def test_every_dependency_is_pinned() -> None:
    """`make` installs exact versions: constraints.txt pins each dependency, and names no place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[^\w.-]", entry)[0].lower().replace("_", "-") for entry in wanted} - {"momentum-gui"}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    shape = re.compile(r"^[\w.-]+==[\w.]+(; [a-z_]+ [<>=]+ \"[\d.]+\")?$")
    assert [pin for pin in pins if not shape.match(pin)] == []
    pinned = {pin.split("==")[0].lower().replace("_", "-") for pin in pins}
    assert names - pinned == set()


def test_what_the_program_is_made_of_is_listed() -> None:
    """The bill of materials has every dependency as pinned, with a licence; `.ci/third_party.py` writes it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    versions = {part["name"].lower().replace("_", "-"): part["version"] for part in listed}
    names = {re.split(r"[^\w.-]", entry)[0].lower().replace("_", "-") for entry in project["dependencies"]}
    assert names - set(versions) == set()
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split(";")[0].split("==") for line in lines if "==" in line and not line.startswith("#"))
    pinned = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    assert {name: version for name, version in versions.items() if pinned.get(name) != version} == {}
    assert all(part["licenses"][0]["license"]["name"] not in ("", "not stated", "UNKNOWN") for part in listed)
