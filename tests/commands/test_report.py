"""`report`: one page that needs nothing else, whose numbers are the training's, and which moves."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from momentum_gui.cli import main
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.training.trainer import Trainer

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
MOVE = """<script>
const time = document.getElementById("time");
time.value = 0;
time.dispatchEvent(new Event("input"));
document.title = document.getElementById("epoch").textContent + "|" + Array.from(
  document.querySelectorAll("output[data-run]"), (each) => each.textContent).join("|");
</script></body>"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    """Run in a folder of its own."""
    monkeypatch.chdir(tmp_path)


class Texts(HTMLParser):
    """What a page says, without its script and styles, and the addresses that it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "input", "br"):
            self._inside.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href", "action")]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._inside):
            self.words.append(data)


def written(*command: str) -> str:
    """The page of a training."""
    assert main(["report", *command, "--out", "r.html"]) == 0
    return Path("r.html").read_text(encoding="utf-8")


def test_a_page_that_needs_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Its final errors are those of `train`; every figure is well-formed SVG; no request leaves it; under 2 MB."""
    page = written("xor", "--set", "training.epochs=200")
    assert capsys.readouterr().out.startswith("r.html: ")
    assert len(page) < 2_000_000
    said = Texts(page)
    words = " ".join(said.words)
    trainer = Trainer(Experiment.load("xor", ["training.epochs=200"]))
    frame = trainer.advance_epochs(200)
    for run in frame.runs:
        assert run.name in words
        assert f"{run.error:.5g}" in words
    assert all(address.startswith(("data:", "#")) for address in said.addresses)
    assert "default-src 'none'" in html.unescape(page)
    figures = re.findall(r"<figure>(<svg.*?</svg>)", page, re.DOTALL)
    assert len(figures) == 7
    names: list[str] = []
    for figure in figures:
        root = ElementTree.fromstring(figure)
        names += [node.get("id", "") for node in root.iter() if node.get("id")]
    assert len(names) == len(set(names))
    again = re.search(r"<pre>(title = .*?)</pre>", page, re.DOTALL)
    assert again is not None
    Path("again.toml").write_text(html.unescape(again[1]))
    assert Experiment.load("again.toml") == trainer.experiment


def test_the_moments_are_those_of_the_training() -> None:
    """From the start to the end, with every run's error at each, and a place on the surface and on the curve."""
    page = written("ravine")
    found = re.search(r'<script type="application/json" id="moments">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    trainer = Trainer(Experiment.load("ravine"))
    first = trainer.first_frame()
    last = trainer.advance_epochs(20)
    assert (data["epochs"][0], data["epochs"][-1]) == (0, 20)
    for run, start, end in zip(data["runs"], first.runs, last.runs, strict=True):
        assert run["error"][0] == pytest.approx(start.error, rel=1e-5)
        assert run["error"][-1] == pytest.approx(end.error, rel=1e-5)
        assert len(run["places"]) == len(run["curve"]) == len(data["epochs"])


def test_what_others_wrote_is_text() -> None:
    """A title, notes and names that look like markup are shown as they are, also in the data of the script."""
    planted = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    experiment = Experiment.from_table(
        {
            "title": planted,
            "notes": planted,
            "problem": {"dataset": "xor"},
            "training": {"epochs": 3},
            "run": [{"name": planted[:60]}, {"name": "b & <b>c</b>"}],
        },
        "planted",
    )
    experiment.save("planted.toml")
    page = written("planted.toml")
    assert "<img src=x" not in page
    assert "alert(2)</script>" not in page
    assert page.count("<script") == 2
    assert planted in " ".join(Texts(page).words)


def test_a_run_that_diverges_is_a_page_too() -> None:
    """Numbers that are none are dashes."""
    page = written("xor", "--set", "training.learning_rate=50", "training.epochs=60")
    assert "diverged" in page or "finished" in page
    assert "NaN" not in " ".join(Texts(page).words)


def test_a_table_for_latex() -> None:
    """A row a run, with LaTeX's own signs as letters."""
    experiment = Experiment.from_table(
        {"problem": {"dataset": "xor"}, "training": {"epochs": 3}, "run": [{"name": "50 % & more_"}]}, "x"
    )
    experiment.save("x.toml")
    assert main(["report", "x.toml", "--out", "t.tex"]) == 0
    text = Path("t.tex").read_text()
    assert r"50 \% \& more\_ & " in text
    assert text.count(r"\\") == 2


@pytest.mark.parametrize("out", ["r.docx", "none/r.html"])
def test_what_cannot_be_written_is_one_line(out: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is trained."""
    assert main(["report", "xor", "--out", out]) == 2
    error = capsys.readouterr().err
    assert out in error
    assert error.count("\n") == 1


@pytest.mark.skipif(CHROMIUM is None, reason="moves the page in Chromium, which is not installed here")
def test_the_slider_moves_the_page() -> None:
    """At the left end the read-outs are those of epoch 0, and the paths are points."""
    page = written("ravine")
    Path("moved.html").write_text(page.replace("</body>", MOVE), encoding="utf-8")
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
        Path("moved.html").resolve().as_uri(),
    ]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    title = re.search(r"<title>(.*?)</title>", told)
    assert title is not None
    epoch, *errors = title[1].split("|")
    first = Trainer(Experiment.load("ravine")).first_frame()
    assert epoch == "epoch 0"
    assert [float(error.removeprefix("error ")) for error in errors] == pytest.approx(
        [run.error for run in first.runs], rel=1e-3
    )
    path = re.search(r'id="path-0"[^>]*points="([^"]*)"', told)
    assert path is not None
    assert path[1].count(",") == 1
