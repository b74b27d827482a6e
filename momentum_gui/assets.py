"""Finds the files of resources/ in a checkout, in an installed wheel and in a frozen bundle."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def resource_folder() -> Path:
    """Return the folder that holds `icons/`, `experiments/`, `datasets/` and `help/`.

    An installed wheel and a frozen bundle carry it inside the package; a checkout has it beside the package.

    Raises:
        FileNotFoundError: the program was installed without its resources; the message says where it looked.
    """
    package = Path(__file__).resolve().parent
    candidates = [package / "resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller: where a one-file bundle was unpacked
    if bundle is not None:
        candidates.insert(0, Path(bundle) / "momentum_gui" / "resources")
    for candidate in candidates:
        # The name alone is not enough: beside an installed package another project's "resources" may lie.
        if (candidate / "datasets" / "iris.csv").is_file():
            return candidate
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"the program's resources are missing (looked in {looked}); install it again")


def resource(*parts: str) -> Path:
    """Return the path of one resource: `resource("datasets", "iris.csv")`. It need not exist."""
    return resource_folder().joinpath(*parts)
