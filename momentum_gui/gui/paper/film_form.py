"""The form of a film: its views, length, pictures a second and size. It knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from momentum_gui.gui.paper.form import PictureForm
from momentum_gui.lab.errors import BadInputError

FILMS = {".gif": "gif", ".png": "png", ".apng": "png", ".mp4": "mp4"}
"""The kinds of films by the endings of their files."""
SIZE, VIEWS = (720.0, 480.0), ("error-surface", "error")
MOST_SECONDS, MOST_FPS = 120.0, 60.0
MOST_PIXELS = 1_500_000_000
"""Of all pictures together: they are held in memory, a byte a pixel."""
WINDOW = "window"
"""The view that is the whole window."""


@dataclass(frozen=True)
class FilmForm:
    """`views` by name, like error-surface; seconds, pictures a second, and what each picture is like.

    Raises BadInputError for what cannot be.
    """

    views: tuple[str, ...] = VIEWS
    seconds: float = 8.0
    fps: float = 20.0
    picture: PictureForm = field(default_factory=lambda: PictureForm(SIZE, "px"))
    type_points: float | None = None

    def __post_init__(self) -> None:
        if self.of_window and len(self.views) > 1:
            raise BadInputError("view window: is a whole picture: allowed is no other view beside it")
        for name, value, most in (("seconds", self.seconds, MOST_SECONDS), ("fps", self.fps, MOST_FPS)):
            if not 0 < value <= most:
                raise BadInputError(f"{name} = {value:g}: allowed is a number above 0, up to {most:g}")
        wide, high = self.picture.pixels or (0, 0)
        if wide * high * self.frames > MOST_PIXELS:
            raise BadInputError(
                f"{self.frames} pictures of {wide} × {high} pixels are too many: allowed are fewer, or smaller ones"
            )

    @property
    def of_window(self) -> bool:
        """Whether the whole window is filmed."""
        return WINDOW in self.views

    @property
    def frames(self) -> int:
        """How many pictures there are, 2 at least."""
        return max(2, round(self.seconds * self.fps))
