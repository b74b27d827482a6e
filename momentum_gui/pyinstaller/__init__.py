"""Tells PyInstaller, which asks through an entry point, where the hook for this program lies."""

from __future__ import annotations

from pathlib import Path


def hook_folders() -> list[str]:
    """Return the folders of hooks."""
    return [str(Path(__file__).resolve().parent)]
