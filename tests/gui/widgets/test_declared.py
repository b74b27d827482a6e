"""Settings in the window: shown and typed as they were declared."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.gui.panels.speed import STEPS, fitting_speed, speed_at
from momentum_gui.gui.widgets.declared import SECTIONS, declared, fields_of, finite_number, number_text, parts_of
from momentum_gui.gui.widgets.entries import momentum_slider, rate_slider

EVERY = [(section, info.name) for section in SECTIONS for info in fields_of(section)]


@pytest.mark.parametrize(("section", "key"), EVERY)
def test_every_setting_has_its_words(section: str, key: str) -> None:
    """Each setting has a title, a meaning and what is allowed, and its default can be shown and typed again."""
    setting = declared(section, key)
    assert setting.title
    assert setting.description.endswith(".")
    assert setting.allowed
    if not setting.choices and key != "change":
        typed = setting.parsed(setting.shown(setting.default))
        assert msgspec.convert(typed, type(setting.default)) == setting.default


@pytest.mark.parametrize(
    ("section", "key", "text", "value"),
    [
        ("network", "hidden", "5, 3", [5, 3]),
        ("network", "hidden", "[5;3]", [5, 3]),
        ("network", "hidden", "", []),
        ("network", "hidden", "five", ["five"]),
        ("network", "train_only", "w1[0,0], b1[0]", ["w1[0,0]", "b1[0]"]),
        ("network", "train_only", '["w1[0,0]", "b1[0]"]', ["w1[0,0]", "b1[0]"]),
        ("network", "train_only", "", None),
        ("problem", "target", "5", ["5"]),
        ("problem", "start", "-5, 2.5", [-5, 2.5]),
        ("training", "batch_size", "full", "full"),
        ("training", "batch_size", "16", 16),
        ("training", "epochs", "1e3", 1000.0),
        ("training", "learning_rate", "0,05", 0.05),
        ("training", "learning_rate", "fast", "fast"),
        ("training", "rate_schedule", "cosine", {"kind": "cosine"}),
        ("training", "rate_schedule", "step; every = 3; factor=.5", {"kind": "step", "every": 3, "factor": 0.5}),
        ("training", "start", "w1[0,0] = 2, b1[0]=-1.5", {"w1[0,0]": 2, "b1[0]": -1.5}),
    ],
)
def test_typed(section: str, key: str, text: str, value: Any) -> None:
    """What is typed becomes a value of the setting's kind; what is none is handed on, to be refused in words."""
    assert declared(section, key).parsed(text) == value


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("epochs", "1e3", 1000),
        ("epochs", "1e9", 1_000_000_000),
        ("batch_size", "16.0", 16),
        ("seed", "3.0", 3),
        ("epochs", "2.5", 2.5),
    ],
)
def test_a_whole_number_may_be_typed_as_a_power_of_ten(key: str, text: str, value: float) -> None:
    """Where a whole number is meant, 1e3 is one; 2.5 is handed on, to be refused."""
    parsed = declared("training", key).parsed(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−0,35", -0.35),
        (" 2.5 ", 2.5),
        ("1e3", 1000.0),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("9" * 400, None),
        ("w", None),
    ],
)
def test_finite_numbers(text: str, value: float | None) -> None:
    """A number may have a decimal point or comma and either minus; what is none, or not finite, is refused."""
    assert finite_number(text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back(value: float) -> None:
    """A number as shown reads back as the same number."""
    assert float(number_text(value)) == value


@given(st.lists(st.text(alphabet="abw123_", min_size=1), max_size=5))
def test_parts(names: list[str]) -> None:
    """A list of names is taken apart at its commas."""
    assert parts_of(", ".join(names)) == names


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("make", [rate_slider, momentum_slider])
def test_sliders_come_back(make: Any) -> None:
    """A slider's value, shown again, is at the same step; its ends are the ends of its range."""
    slider = make(declared("training", "learning_rate" if make is rate_slider else "momentum"))
    for step in range(0, slider.STEPS + 1, 20):
        value = slider._from_way(step / slider.STEPS)
        assert abs(slider._to_way(value) * slider.STEPS - step) < 8
    low, high = slider._from_way(0.0), slider._from_way(1.0)
    assert (low, high) == ((1e-4, 10.0) if make is rate_slider else (0.0, 0.99))
    slider.deleteLater()


def test_speeds() -> None:
    """The slider's steps rise from 1 to 100 000 updates a second, then comes full speed; a training takes ~12 s."""
    speeds = [speed_at(step) for step in range(STEPS + 2)]
    assert speeds == sorted(speeds)
    assert (speeds[0], speeds[STEPS], speeds[STEPS + 1]) == (1.0, 100_000.0, float("inf"))
    assert fitting_speed(6000) == 500
    assert fitting_speed(1) == 4
