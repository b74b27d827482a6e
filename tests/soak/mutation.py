"""Tests the tests: changes a module in one place at a time, and tells which changes no test notices.

`python -m tests.soak.mutation engine/formula.py tests/engine/test_formula.py`: the module, then its tests. All
happens in a copy; a change that survives is printed with its line.
"""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("momentum_gui", "resources", "tests", "pyproject.toml", "main.py")
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
SECONDS = 60


def places(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the number of each node that can be changed, in the order of `ast.walk`, and how."""
    for number, node in enumerate(ast.walk(tree)):
        for field in ("op", "ops"):
            value = getattr(node, field, None)
            first = value[0] if isinstance(value, list) and value else value
            if type(first) in SWAPS:
                yield number, field
        if isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield number, "value"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield number, "not"


def changed(tree: ast.Module, number: int, how: str) -> tuple[ast.Module, int]:
    """Return the tree with one node changed, and its line."""
    other = copy.deepcopy(tree)
    node = list(ast.walk(other))[number]
    if how == "value":
        value = node.value  # type: ignore[attr-defined]
        node.value = not value if isinstance(value, bool) else value + 1  # type: ignore[attr-defined]
    elif how == "not":
        node.op = ast.UAdd()  # type: ignore[attr-defined]
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])  # type: ignore[attr-defined]
    elif how == "op":
        node.op = SWAPS[type(node.op)]()  # type: ignore[attr-defined]
    else:
        node.ops[0] = SWAPS[type(node.ops[0])]()  # type: ignore[attr-defined]
    return ast.fix_missing_locations(other), getattr(node, "lineno", 0)


def is_noticed(folder: Path, tests: list[str]) -> bool:
    """Return whether a test fails, or hangs."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:randomly", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> int:
    """Change, test, tell."""
    module, *tests = sys.argv[1:]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in COPIED:
            source = ROOT / name
            shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
        path = folder / "momentum_gui" / module
        text = path.read_text(encoding="utf-8")
        tree, lines = ast.parse(text), text.splitlines()
        if is_noticed(folder, tests):
            print("the tests fail without any change")
            return 1
        survivors, count = [], 0
        for number, how in places(tree):
            other, line = changed(tree, number, how)
            path.write_text(ast.unparse(other), encoding="utf-8")
            count += 1
            if not is_noticed(folder, tests):
                survivors.append(f"  {module}:{line}: {how}: {lines[line - 1].strip()}")
    print(f"{module}: {count} changes, {count - len(survivors)} noticed, {len(survivors)} not")
    print(*survivors, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
