"""Holds what the data of a problem are: classes, thresholds, scaling, the held-out share, and the built-in sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.lab.data.datasets import BUILT_IN, held_out, prepare, scaling
from momentum_gui.lab.data.roles import preview
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.settings import Problem


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A place for a CSV file."""
    return tmp_path / "data.csv"


def problem(path: Path, content: str, **settings: object) -> Problem:
    """A problem whose CSV file has this content."""
    path.write_text(content)
    return Problem(dataset=str(path), **settings)  # type: ignore[arg-type]


def test_iris_is_the_published_table() -> None:
    """150 flowers of three kinds, with R's and scikit-learn's means; one-hot in alphabetical order."""
    data = prepare(Problem(dataset="iris"), None)
    assert data.items.inputs.shape == (150, 4)
    np.testing.assert_allclose(data.items.inputs.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    assert data.output_names == ("setosa", "versicolor", "virginica")
    np.testing.assert_array_equal(data.items.targets, np.repeat(np.eye(3), 50, axis=0))
    assert (data.output_activation, data.items.threshold) == ("softmax", 0.5)


@pytest.mark.parametrize("name", [*BUILT_IN, "parity-3", "encoder-5", "encoder-8-3-8"])
@pytest.mark.parametrize("fraction", [0.0, 0.2])
def test_every_built_in_set_is_ready_for_an_engine(name: str, fraction: float) -> None:
    """Finite, float64, C-contiguous, read-only, named, the same each time."""
    asked = Problem(dataset=name, test_fraction=fraction, scale="standard")
    data, again = prepare(asked, None), prepare(asked, None)
    for array in (data.items.inputs, data.items.targets, data.test_items.inputs, data.test_items.targets):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert not array.flags.writeable
        assert np.isfinite(array).all()
    assert data.items.inputs.shape[1] == len(data.input_names) == len(data.center) == len(data.spread)
    assert data.items.targets.shape[1] == len(data.output_names)
    assert (len(data.test_items) > 0) == (fraction > 0 and not name.startswith("encoder"))
    assert data.title
    assert data.source
    np.testing.assert_array_equal(data.items.inputs, again.items.inputs)
    np.testing.assert_array_equal(data.test_items.inputs, again.test_items.inputs)


def test_xor_and_parity_are_their_truth_tables() -> None:
    """All patterns once; the target is 1 where an odd number of inputs are 1."""
    xor = prepare(Problem(dataset="xor"), "logistic").items
    np.testing.assert_array_equal(xor.inputs, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(xor.targets[:, 0], [0, 1, 1, 0])
    parity = prepare(Problem(dataset="parity-6"), "tanh").items
    assert len(np.unique(parity.inputs, axis=0)) == 64
    np.testing.assert_array_equal(parity.targets[:, 0], parity.inputs.sum(axis=1) % 2)
    assert prepare(Problem(dataset="parity"), "tanh").items.inputs.shape == (16, 4)


def test_the_spirals_are_lang_and_witbrocks() -> None:
    """194 points: radius (104 − i)/104 at angle i·π/16, and each point's mirror image is of the other class."""
    data = prepare(Problem(dataset="spirals", items=194), "logistic").items
    i = np.arange(97)
    np.testing.assert_allclose(np.hypot(*data.inputs[:97].T), (104 - i) / 104)
    np.testing.assert_allclose(data.inputs[97:], -data.inputs[:97])
    angle = np.unwrap(np.arctan2(*data.inputs[:97].T[::-1]))
    np.testing.assert_allclose(np.abs(np.diff(angle)), np.pi / 16)
    assert data.targets[:97].sum() == 0
    assert data.targets[97:].sum() == 97


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "sine"])
def test_generated_sets_take_items_and_noise(name: str) -> None:
    """As many items as asked for, 200 by default, an odd number too; noise moves the points and 0 does not."""
    assert len(prepare(Problem(dataset=name), "tanh").items) == 200
    still = prepare(Problem(dataset=name, items=31, noise=0.0), "tanh").items
    moved = prepare(Problem(dataset=name, items=31, noise=0.3), "tanh").items
    assert len(still) == 31
    at, to = np.hstack((still.inputs, still.targets)), np.hstack((moved.inputs, moved.targets))
    assert 0.1 < np.abs(at - to).max() < 3


@pytest.mark.parametrize("name", ["xor", "parity-3", "moons", "circles", "spirals"])
def test_two_classes_are_one_output_or_two(name: str) -> None:
    """One output cut at ½ where the activation is given; two one-hot outputs with softmax, or none given."""
    one = prepare(Problem(dataset=name), "logistic")
    assert one.items.targets.shape[1] == 1
    assert (one.items.threshold, one.output_activation) == (0.5, "logistic")
    for activation in ("softmax", None):
        two = prepare(Problem(dataset=name), activation)
        assert two.output_activation == "softmax"
        np.testing.assert_array_equal(two.items.targets.argmax(axis=1), one.items.targets[:, 0])
        np.testing.assert_array_equal(two.items.targets.sum(axis=1), 1)


def test_two_numbers_in_a_csv_are_classes_cut_halfway(csv: Path) -> None:
    """−1 and 3 suit a tanh or linear output: the targets stay as they are, the threshold is 1."""
    data = prepare(problem(csv, "x,y\n1,-1\n2,3\n3,3\n"), "linear")
    np.testing.assert_array_equal(data.items.targets[:, 0], [-1, 3, 3])
    assert data.items.threshold == 1.0
    two = prepare(problem(csv, "x,y\n1,-1\n2,3\n3,3\n"), None)
    assert two.output_names == ("y -1", "y 3")
    assert two.output_activation == "softmax"


def test_numbers_are_a_regression_and_with_softmax_classes(csv: Path) -> None:
    """A regression has no threshold; with softmax the distinct numbers are the classes, in order of size."""
    content = "x,y\n1,10\n2,2\n3,2\n4,30\n"
    numbers = prepare(problem(csv, content), None)
    assert np.isnan(numbers.items.threshold)
    assert not numbers.has_classes
    assert (numbers.output_activation, numbers.output_names) == ("linear", ("y",))
    classes = prepare(problem(csv, content), "softmax")
    assert classes.output_names == ("2", "10", "30")
    np.testing.assert_array_equal(classes.items.targets.argmax(axis=1), [1, 0, 0, 2])


def test_text_labels_are_one_hot_in_sorted_order(csv: Path) -> None:
    """The order of the file does not matter, and two labels are two outputs whatever the activation."""
    data = prepare(problem(csv, "x,kind\n1,pear\n2,apple\n3,fig\n"), "logistic")
    assert data.output_names == ("apple", "fig", "pear")
    np.testing.assert_array_equal(data.items.targets, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert prepare(problem(csv, "x,kind\n1,b\n2,a\n"), "logistic").items.targets.shape == (2, 2)


def test_several_target_columns(csv: Path) -> None:
    """Numbers are a regression in the order asked for; rows that are one-hot already are classes."""
    data = prepare(problem(csv, "x,u,v\n1,5,2\n2,6,3\n3,7,9\n", target=["v", "u"]), None)
    assert (data.input_names, data.output_names) == (("x",), ("v", "u"))
    np.testing.assert_array_equal(data.items.targets, [[2, 5], [3, 6], [9, 7]])
    assert not data.has_classes
    hot = prepare(problem(csv, "x,u,v\n1,1,0\n2,0,1\n3,0,1\n", target=["u", "v"]), None)
    assert (hot.output_activation, hot.items.threshold) == ("softmax", 0.5)


def test_a_constant_column_is_allowed(csv: Path) -> None:
    """It becomes 0 under either scaling, instead of a division by zero."""
    for scale in ("standard", "minmax"):
        data = prepare(problem(csv, "x,c,y\n1,0.1,a\n2,0.1,b\n4,0.1,a\n", scale=scale), None)
        np.testing.assert_array_equal(data.items.inputs[:, 1], 0)
        assert data.spread[1] == 1
        assert np.isfinite(data.items.inputs).all()


@pytest.mark.parametrize(
    ("content", "target", "said"),
    [
        ("x,y\n1,a\n2,a\n", None, 'only one class, "a"'),
        ("x,y\n1,5\n2,5\n", None, "only the one value 5"),
        ("x,y\n1,a\n2,b\n", ["z"], 'problem.target = "z": no such column; there are "x", "y"'),
        ("x,y\n1,a\n2,b\n", ["y", "y"], "twice"),
        ("x,y\n1,2\n2,3\n", ["x", "y"], "no column is left for the inputs"),
        (
            "y\na\nb\n",
            None,
            "told apart by comma, semicolon, tab, bar, white space",
        ),
        ("x,y\n1,2\n2,3\n", [], "no column is left for the targets"),
        ("x,y,z\n1,a,c\n2,b,d\n", ["y", "z"], "text labels are allowed as the only target column"),
        ("x,c,y\n1,red,a\n2,5,b\n", None, 'line 2, column "c": text "red" in a number column'),
        ("d,x,y\n2020-01-02,1,a\n2020-01-03,2,b\n", None, "holds dates or times, like 2020-01-02"),
        ("x,h,y\n1,2,a\n2,?,b\n", None, 'problem.missing to "drop"'),
        ("x,y\n1,2.5\n2,abc\n", None, 'line 3, column "y": text "abc" in a number column'),
    ],
)
def test_targets_and_inputs_that_do_not_fit_are_refused(
    csv: Path, content: str, target: list[str] | None, said: str
) -> None:
    """One line that names the file and the column."""
    with pytest.raises(BadInputError) as caught:
        prepare(problem(csv, content, target=target), None)
    assert said in str(caught.value)
    assert str(csv) in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dataset": "irs"}, 'problem.dataset = "irs": allowed is iris, xor, parity-N'),
        ({"dataset": "moons-3"}, "allowed is"),
        ({"dataset": "parity-11"}, "from 2 to 10"),
        ({"dataset": "parity-"}, "allowed is"),
        ({"dataset": "encoder-1"}, "from 2 to 64"),
        ({"dataset": "encoder-8-3-7"}, "as many outputs as inputs"),
        ({"dataset": "iris", "items": 50}, "problem.items = 50: only for the data sets moons"),
        ({"dataset": "xor", "noise": 0.5}, "problem.noise = 0.5: only for"),
        ({"dataset": "iris", "target": ["species"]}, "problem.target: only for a CSV file"),
    ],
)
def test_built_in_sets_that_do_not_exist_are_refused(settings: dict[str, object], said: str) -> None:
    """With the names there are, or the sizes allowed."""
    with pytest.raises(BadInputError) as caught:
        prepare(Problem(**settings), None)  # type: ignore[arg-type]
    assert said in str(caught.value)


@given(
    classes=st.lists(st.integers(0, 4), min_size=2, max_size=60),
    fraction=st.floats(0.01, 0.9),
)
def test_the_held_out_share_is_of_each_class_and_the_same_each_time(classes: list[int], fraction: float) -> None:
    """Within an item of the share in every class, and each class keeps at least one to train on."""
    class_of = np.unique(classes, return_inverse=True)[1]
    test = held_out(len(classes), fraction, class_of)
    np.testing.assert_array_equal(test, held_out(len(classes), fraction, class_of))
    for number in np.unique(class_of):
        mine = class_of == number
        assert test[mine].sum() < mine.sum()
        assert abs(test[mine].sum() - fraction * mine.sum()) <= 1
    assert test.sum() <= max(1, round(fraction * len(classes)))


def test_iris_holds_out_ten_of_each_kind() -> None:
    """A fifth of 150: the training and the held-out items are the table, each flower once."""
    data = prepare(Problem(dataset="iris", test_fraction=0.2), None)
    np.testing.assert_array_equal(data.items.targets.sum(axis=0), [40, 40, 40])
    np.testing.assert_array_equal(data.test_items.targets.sum(axis=0), [10, 10, 10])
    together = np.vstack((data.items.inputs, data.test_items.inputs))
    whole = prepare(Problem(dataset="iris"), None).items.inputs
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(whole, axis=0))


def test_scaling_knows_only_the_training_items() -> None:
    """Mean 0 and deviation 1 (or the range 0 to 1) on the training items; the held-out ones follow the same formula."""
    raw = prepare(Problem(dataset="iris", test_fraction=0.3), None)
    standard = prepare(Problem(dataset="iris", test_fraction=0.3, scale="standard"), None)
    np.testing.assert_allclose(standard.items.inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.items.inputs.std(axis=0), 1)
    expected = (raw.test_items.inputs - raw.items.inputs.mean(axis=0)) / raw.items.inputs.std(axis=0)
    np.testing.assert_allclose(standard.test_items.inputs, expected, atol=1e-12)
    minmax = prepare(Problem(dataset="iris", test_fraction=0.3, scale="minmax"), None)
    np.testing.assert_array_equal(minmax.items.inputs.min(axis=0), 0)
    np.testing.assert_array_equal(minmax.items.inputs.max(axis=0), 1)
    np.testing.assert_array_equal(raw.center, 0)
    np.testing.assert_array_equal(raw.spread, 1)


@given(
    scale=st.sampled_from(["standard", "minmax"]),
    column=st.lists(st.floats(-1e100, 1e100), min_size=2, max_size=20),
)
def test_scaling_stays_finite(scale: str, column: list[float]) -> None:
    """However large, tiny or constant a column is."""
    inputs = np.array(column)[:, None]
    center, spread = scaling(inputs, scale)
    assert spread[0] > 0
    assert np.isfinite((inputs - center) / spread).all()


CARS = "mpg,cyl,hp,origin\n18.0,8,130,1\n15.0,8,?,1\n24.0,4,95,3\n"


def test_missing_values_are_dropped_or_filled(csv: Path) -> None:
    """The line goes, or the cell gets the mean of the training items; both are said."""
    dropped = prepare(problem(csv, CARS, missing="drop"), None)
    np.testing.assert_array_equal(dropped.items.inputs, [[18, 8, 130], [24, 4, 95]])
    assert "1 line with a missing value left out" in dropped.notes
    filled = prepare(problem(csv, CARS, missing="mean"), None)
    np.testing.assert_array_equal(filled.items.inputs[:, 2], [130, 112.5, 95])
    assert "1 missing value filled with the mean over the training items" in filled.notes


def test_text_inputs_are_one_hot(csv: Path) -> None:
    """Named column=value; `inputs` chooses columns and their order."""
    survey = "size,colour,c\n1,red,x\n2,blue,y\n3,red,x\n"
    data = prepare(problem(csv, survey), None)
    assert data.input_names == ("size", "colour=blue", "colour=red")
    np.testing.assert_array_equal(data.items.inputs, [[1, 0, 1], [2, 1, 0], [3, 0, 1]])
    assert prepare(problem(csv, survey, inputs=["colour", "size"]), None).input_names[-1] == "size"


@pytest.mark.parametrize(
    ("content", "names", "said"),
    [
        ('"","length","kind"\n"1",5.1,"a"\n"2",4.9,"a"\n"3",6,"b"\n', ("length",), "it numbers the rows"),
        ("id,x,y\n842302,1,a\n842517,2,b\n84300903,4,a\n", ("x",), "it names the rows"),
        ("car,x,y\nfiat,1,a\nford,2,b\nopel,4,a\n", ("x",), "its texts are all different"),
        ("acid,x,y\n1,1,a\n2,2,b\n3,4,a\n", ("acid", "x"), ""),
        ("k,x,y\n5,1,a\n5,2,b\n5,4,a\n", ("k", "x"), 'column "k" is the same in every row'),
    ],
)
def test_which_columns_are_inputs(csv: Path, content: str, names: tuple[str, ...], said: str) -> None:
    """Row numbers and texts that are all different are left out, and said; a constant column is an input, and named."""
    data = prepare(problem(csv, content), None)
    assert data.input_names == names
    assert said in " ".join(data.notes)


def test_the_task_may_be_given(csv: Path) -> None:
    """Whole numbers of a few values are said to be read as numbers; as classes they are named in full."""
    content = "x,y\n" + "".join(f"{number / 2},{1000001 + number % 3}\n" for number in range(12))
    numbers = prepare(problem(csv, content), None)
    assert not numbers.has_classes
    assert 'for classes set problem.task = "classification"' in " ".join(numbers.notes)
    classes = prepare(problem(csv, content, task="classification"), None)
    assert classes.output_names == ("1000001", "1000002", "1000003")
    two = prepare(problem(csv, "x,y\n1,0\n2,1\n3,1\n", task="regression"), None)
    assert not two.has_classes
    assert two.output_activation == "linear"


def test_targets_of_a_regression_are_scaled(csv: Path) -> None:
    """By the training items; center and spread give the raw numbers back."""
    data = prepare(problem(csv, "x,y\n1,65000\n2,70000\n3,64000\n", scale_target="standard"), None)
    raw = data.items.targets * data.target_spread + data.target_center
    np.testing.assert_allclose(raw[:, 0], [65000, 70000, 64000])
    np.testing.assert_allclose(data.items.targets.mean(), 0, atol=1e-12)
    assert data.has_scaled_targets
    with pytest.raises(BadInputError, match="the targets are classes"):
        prepare(problem(csv, "x,y\n1,a\n2,b\n", scale_target="standard"), None)


def test_one_hot_is_bounded(csv: Path) -> None:
    """100,000 lines of 1,000 classes are refused before the array is made."""
    with pytest.raises(BadInputError, match="1000 × 100000 numbers: allowed are up to 10000000"):
        prepare(problem(csv, "x,c\n" + "".join(f"{n},k{n % 1000}\n" for n in range(100_000))), None)


def test_a_preview_says_what_each_column_is_for(csv: Path) -> None:
    """Kind, role, reason, missing values and distinct values, from the first rows."""
    seen = preview(problem(csv, "id,size,colour,c\n1,2.5,red,x\n2,,blue,y\n3,4,red,x\n4,5,red,z\n"), rows=3)
    facts = [(column.kind, column.role, column.missing, column.distinct) for column in seen.columns]
    assert facts == [("number", "left out", 0, 3), ("number", "input", 1, 2), ("text", "input", 0, 2),
                     ("text", "target", 0, 2)]  # fmt: skip
    assert (seen.partial, len(seen.rows), seen.dialect.separator) == (True, 3, ",")
    assert seen.task == "classification with 2 classes"


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [("wine", (178, 13), [59, 71, 48]), ("cancer", (569, 30), [357, 212]), ("digits", (500, 64), [50] * 10)],
)
def test_built_in_tables_are_the_published_ones(name: str, shape: tuple[int, int], classes: list[int]) -> None:
    """Items, inputs and items of each class as their sources give them; of the digits, the first 50 of each."""
    items = prepare(Problem(dataset=name), None).items
    assert items.inputs.shape == shape
    np.testing.assert_array_equal(items.targets.sum(axis=0), classes)


def test_a_given_separator_header_and_encoding_hold(csv: Path) -> None:
    """What a file is refused for, or read wrongly, is settled in [problem]."""
    data = prepare(problem(csv, "1 234,5 678\n1 235,5 679\n", separator="comma"), None)
    np.testing.assert_array_equal(data.items.inputs[:, 0], [1234, 1235])
    with pytest.raises(BadInputError, match=r"set problem\.header"):
        prepare(problem(csv, "abc,2\n3,4\n5,6\n"), None)
    assert prepare(problem(csv, "abc,2\n3,4\n5,6\n", header=True), None).input_names == ("abc",)
    csv.write_bytes("ż,y\n1,2\n2,3\n".encode("cp1250"))
    assert prepare(Problem(dataset=str(csv), encoding="cp1250"), None).input_names == ("ż",)
