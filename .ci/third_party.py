"""Writes what the program is made of: `docs/third-party.md`, and the same as CycloneDX, `docs/sbom.cdx.json`.

`python .ci/third_party.py` in an environment with the extras; versions and licences are those installed there.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("cluster", "gif", "parquet")
HEAD = """# What the program is made of

The packages that `pip install momentum-gui` brings along, and those of its extras, with all that these need: versions
as in `constraints.txt`, licences as the packages state them. Tools for tests, style and benchmarks are no part of the
program. `.ci/third_party.py` writes this file and [sbom.cdx.json](sbom.cdx.json), the same as CycloneDX 1.5. Data
of others are named in [resources/datasets](../resources/datasets/README.md).

| package | version | licence | for |
|---|---|---|---|
"""


def name_of(requirement: str) -> str:
    """Return the package that a requirement names, in its normal form."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def needed(requirements: list[str], purpose: str, found: dict[str, tuple[Distribution, str]]) -> None:
    """Add what these requirements bring along here, each with what it is for first."""
    for requirement in requirements:
        name = name_of(requirement)
        if name in found or "extra ==" in requirement:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:  # for another system or another Python
            continue
        found[name] = package, purpose
        needed(package.requires or [], purpose, found)


def licence(package: Distribution) -> str:
    """Return the licence that a package states: an expression, or its classifiers, or a text."""
    facts = package.metadata
    if expression := facts.get("License-Expression"):
        return expression
    marks = [mark.rpartition(" :: ")[2] for mark in facts.get_all("Classifier") or [] if mark.startswith("License ::")]
    return ", ".join(marks) or (facts.get("License") or "not stated").splitlines()[0]


def main() -> int:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, tuple[Distribution, str]] = {}
    needed(project["dependencies"], "the program", found)
    for extra in EXTRAS:
        needed(project["optional-dependencies"][extra], f"extra `{extra}`", found)
    rows = [(package.name, package.version, licence(package), purpose) for package, purpose in found.values()]
    rows.sort(key=lambda row: row[0].lower())
    (ROOT / "docs/third-party.md").write_text(
        HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows), encoding="utf-8"
    )
    parts = [
        {
            "type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name_of(name)}@{version}",
            "licenses": [{"license": {"name": stated}}],
        }
        for name, version, stated, _ in rows
    ]  # fmt: skip
    whole = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {"type": "application", "name": "momentum-gui", "licenses": [{"expression": "MIT"}]}},
        "components": parts,
    }  # fmt: skip
    (ROOT / "docs/sbom.cdx.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} packages", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
