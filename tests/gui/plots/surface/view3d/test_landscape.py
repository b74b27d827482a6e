"""The landscape in numbers: heights are the errors, colours follow them, paths lie on the ground. No OpenGL needed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_gui.gui.plots.surface.view3d.draped import DASH, cut, dashed, draped
from momentum_gui.gui.plots.surface.view3d.landscape import HIGH, Box, ground, run_shape, triangles_of
from momentum_gui.gui.plots.surface.view3d.scales import corner, lines, places_of

RANGE = (-2.0, 2.0, -1.0, 3.0)


def bowl(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """An error surface."""
    return 0.01 + x**2 + 3 * (y - 1) ** 2


def bowl_grid(size: int = 41) -> np.ndarray:
    """The bowl over RANGE."""
    x, y = np.meshgrid(np.linspace(*RANGE[:2], size), np.linspace(*RANGE[2:], size))
    return bowl(x, y)


@pytest.mark.parametrize("log", [True, False])
def test_heights_are_the_errors(log: bool) -> None:
    """Each point of the ground is as high as its error, or the error's logarithm, says between the two levels."""
    errors, levels = bowl_grid(), (-2.0, 1.5) if log else (0.0, 20.0)
    made = ground(errors, Box(RANGE, levels, log), contours=False)
    values = np.log10(errors) if log else errors
    expected = HIGH * (values - levels[0]) / (levels[1] - levels[0])
    assert made.points[:, 2] == pytest.approx(expected.ravel(), abs=1e-6)  # single precision, for the graphics card
    assert made.points[[0, -1], 0] == pytest.approx([-1, 1])
    assert made.points[[0, -1], 1] == pytest.approx([-1, 1])


@pytest.mark.parametrize("log", [True, False])
def test_a_path_lies_at_the_true_errors(log: bool) -> None:
    """All along a path its height is the true error there, to 1e-12: at recorded moments and between them."""
    angle = np.linspace(0, 5, 30)
    path = dashed(draped(1.5 * np.cos(angle), 1 + 1.5 * np.sin(angle), RANGE, 4000), RANGE, (7, 3))
    errors, levels = bowl(path.x, path.y), (-2.0, 1.5) if log else (0.0, 20.0)
    shape = run_shape(0, path, errors, Box(RANGE, levels, log), selected=True, diverged=False)
    ends = shape.pieces.reshape(-1, 3)
    x, y = 2 * ends[:, 0], 1 + 2 * ends[:, 1]
    true = np.log10(bowl(x, y)) if log else bowl(x, y)
    assert len(ends) > 200
    assert np.abs(ends[:, 2] / HIGH * (levels[1] - levels[0]) + levels[0] - true).max() < 1e-12
    assert np.linalg.norm(np.diff(shape.pieces, axis=1)[:, 0, :2], axis=1).max() < 0.03
    assert shape.present is not None
    assert shape.present[:2] == pytest.approx([0.75 * np.cos(5), 0.75 * np.sin(5)])


def test_colours_follow_the_heights() -> None:
    """The lowest and the highest point have the ends of the colour map, darkened by the shade and nothing else."""
    errors = bowl_grid()
    made = ground(errors, Box(RANGE, (-2.0, float(np.log10(errors.max()))), True), contours=False)
    table = pg.colormap.get("viridis").getLookupTable(nPts=256).astype(float)
    for at, expected in ((int(errors.argmin()), table[0]), (int(errors.argmax()), table[-1])):
        color = made.colors[at, :3].astype(float)
        shade = color.max() / expected.max()
        assert color == pytest.approx(shade * expected, abs=1.5)
        assert 0.45 < shade <= 1.0
    assert (made.colors[:, 3] == 255).all()


def test_slopes_differ_in_shade() -> None:
    """Two slopes of one height, one towards the light and one away from it, differ in brightness."""
    made = ground(bowl_grid(), Box(RANGE, (0.0, 20.0), False), contours=False)
    row = made.colors.reshape(41, 41, 4)[20]
    assert row[35, :3].sum() > 1.05 * row[5, :3].sum()  # the right-hand slope looks to the left


def test_no_number_is_a_hole() -> None:
    """Where the error is infinite or no number there is no triangle; all others are there, of finite points."""
    errors = bowl_grid(11)
    errors[0, 0], errors[5, 5] = np.inf, np.nan
    made = ground(errors, Box(RANGE, (-2.0, 1.5), True), contours=True)
    assert len(triangles_of(11, 11)) - len(made.triangles) == 1 + 6
    assert not {0, 60} & set(made.triangles.ravel().tolist())
    assert np.isfinite(made.points).all()
    assert len(ground(np.full((4, 4), np.nan), Box(RANGE, (0.0, 1.0), True), contours=True).triangles) == 0


def test_contours_lie_level() -> None:
    """The two ends of each piece of a contour are at one height."""
    made = ground(bowl_grid(), Box(RANGE, (-2.0, 1.5), True), contours=True)
    assert len(made.contours) > 50
    assert (made.contours[:, 0, 2] == made.contours[:, 1, 2]).all()


def test_a_path_is_cut_at_the_edges() -> None:
    """A run that leaves, however far, is drawn up to the edge and stands nowhere; what is far off leaves a gap."""
    x = np.array([0.0, 1.0, 3.0, 1e150, -1.0, 0.0])
    path = draped(x, np.zeros(6), RANGE, 4000)
    assert path.x.max() == pytest.approx(2.0)
    assert path.start == 0
    assert path.present is not None
    assert (path.x[path.present], path.y[path.present]) == (0.0, 0.0)
    gone = draped(x[:4], np.zeros(4), RANGE, 4000)
    assert gone.present is None
    assert not gone.goes_on[-1]
    assert gone.x[-1] == pytest.approx(2.0)


def test_a_path_of_one_point() -> None:
    """Before the first update a run starts and stands at one place."""
    path = draped(np.array([0.5]), np.array([0.5]), RANGE, 4000)
    assert (path.start, path.present) == (0, 1)
    assert path.x.tolist() == [0.5, 0.5]
    assert draped(np.array([9.0]), np.array([0.5]), RANGE, 4000).present is None


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=30))
def test_draped_points_are_on_the_path(points: list[tuple[float, float]]) -> None:
    """Whatever the path, its draped points lie within the range and on one of its steps."""
    x, y = np.array(points).T
    path = draped(x, y, RANGE, 500)
    assert (path.x >= RANGE[0] - 1e-9).all() and (path.x <= RANGE[1] + 1e-9).all()
    assert (path.y >= RANGE[2] - 1e-9).all() and (path.y <= RANGE[3] + 1e-9).all()
    begun, by = np.stack((x, y), axis=1)[:-1], np.diff(np.stack((x, y), axis=1), axis=0)
    for place in np.stack((path.x, path.y), axis=1):
        share = np.clip(((place - begun) * by).sum(axis=1) / np.maximum((by**2).sum(axis=1), 1e-300), 0, 1)
        assert np.linalg.norm(begun + share[:, None] * by - place, axis=1).min() < 1e-9
    assert len(path.x) <= 500 + 2 * len(x) + 2


def test_steps_are_cut_as_by_hand() -> None:
    """A step across the square, one beside it, one within it, and one that stands still outside."""
    begun = np.array([[-1.0, 0.5], [-1.0, 2.0], [0.2, 0.2], [2.0, 0.5]])
    by = np.array([[4.0, 0.0], [4.0, 0.0], [0.1, 0.1], [0.0, 0.0]])
    enter, leave = cut(begun, by)
    assert (enter[0], leave[0]) == (0.25, 0.5)
    assert leave[1] < enter[1]
    assert (enter[2], leave[2]) == (0.0, 1.0)
    assert leave[3] < enter[3]


def test_dashes_have_their_lengths() -> None:
    """Dashes are as long as the pattern says, whatever the points of the line."""
    along = np.linspace(-1, 0, 14)
    path = draped(along, 0.75 * along, RANGE, 4000)
    made = dashed(path, RANGE, (7, 3))
    drawn = 1.25 * np.diff(made.x)[made.goes_on[:-1]].sum() / 2  # the range is 4 wide, the box 2
    periods, rest = divmod(1.25 / 2, 10 * DASH)
    assert drawn == pytest.approx(periods * 7 * DASH + min(rest, 7 * DASH))
    assert (np.diff(made.x) > 0).all()
    assert made.y == pytest.approx(0.75 * made.x, abs=1e-12)
    assert made.start == 0
    assert made.present == len(made.x) - 1
    assert set(path.x[path.marks]) == set(made.x[made.marks])
    assert dashed(path, RANGE, ()) is path


def test_one_scale_for_both_axes() -> None:
    """With 1:1 a unit along x is as long as one along y."""
    box = Box((0.0, 4.0, 0.0, 1.0), (0.0, 1.0), False, equal=True)
    across, along = box.across(np.array([0.0, 1.0])), box.along(np.array([0.0, 1.0]))
    assert across[1] - across[0] == along[1] - along[0] == 0.5


@pytest.mark.parametrize("azimuth", [-68.0, 20.0, 112.0, 200.0])
def test_walls_are_behind(azimuth: float) -> None:
    """From wherever one looks, no line of a wall stands above the corner in front."""
    box = Box(RANGE, (-2.0, 1.5), True)
    near = corner(box, azimuth)
    tops = lines(box, azimuth).reshape(-1, 3)
    tops = tops[tops[:, 2] > 0]
    assert len(tops)
    assert not (tops[:, :2] == near).all(axis=1).any()


def test_scales_say_the_numbers() -> None:
    """The ticks are where their numbers are, upwards at the powers of ten."""
    box = Box(RANGE, (-2.0, 2.0), True)
    assert [at for at, text in places_of(box, 0) if text == "0"] == [0.0]
    assert [at for at, text in places_of(box, 1) if text == "1"] == [0.0]
    assert {text: at for at, text in places_of(box, 2)}["1"] == pytest.approx(HIGH / 2)
