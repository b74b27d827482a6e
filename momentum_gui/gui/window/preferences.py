"""What the window remembers from one start to the next: its size and place, theme, last folder, hints."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from momentum_gui.gui.style.theme import MODES

MOST_RECENT = 8


class Memory:
    """Remembers in a file, or, without one, for its own lifetime only: tests and snapshots leave no trace."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = None if path is None else QSettings(str(path), QSettings.Format.IniFormat)
        self._values: dict[str, object] = {}

    @classmethod
    def of_user(cls) -> Memory:
        """Return the user's own, in the platform's folder for settings."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
        return cls(Path(folder) / "momentum-gui" / "window.ini")

    @property
    def theme(self) -> str:
        """The theme asked for: one of `MODES`."""
        mode = str(self._get("theme", "system"))
        return mode if mode in MODES else "system"

    @theme.setter
    def theme(self, mode: str) -> None:
        self._set("theme", mode)

    @property
    def folder(self) -> Path:
        """Where files were last opened or saved; the home folder at first, or when that one is gone."""
        folder = Path(str(self._get("folder", Path.home())))
        return folder if folder.is_dir() else Path.home()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._set("folder", str(folder))

    @property
    def is_kept(self) -> bool:
        """Whether there is a file: a user's window, not a script's."""
        return self._file is not None

    @property
    def recent(self) -> list[str]:
        """The files that were opened or saved last, newest first."""
        return [path for path in str(self._get("recent", "")).split("\n") if path]

    @recent.setter
    def recent(self, paths: list[str]) -> None:
        self._set("recent", "\n".join(paths[:MOST_RECENT]))

    @property
    def hints(self) -> bool:
        """Whether hints are shown."""
        return str(self._get("hints", "true")) == "true"

    @hints.setter
    def hints(self, shown: bool) -> None:
        self._set("hints", "true" if shown else "false")

    def bytes_of(self, key: str) -> QByteArray:
        """Return a state that Qt saved (a window's geometry, a splitter's sizes); empty where there is none."""
        value = self._get(key, QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_bytes(self, key: str, state: QByteArray) -> None:
        """Remember a state of Qt's."""
        self._set(key, state)

    def folded(self, section: str) -> bool:
        """Return whether a section of the settings is folded."""
        return str(self._get(f"folded/{section}", "false")) == "true"

    def keep_folded(self, section: str, folded: bool) -> None:
        """Remember whether a section is folded."""
        self._set(f"folded/{section}", "true" if folded else "false")

    def _get(self, key: str, default: object) -> object:
        if self._file is None:
            return self._values.get(key, default)
        value: object = self._file.value(key)
        return default if value is None else value

    def _set(self, key: str, value: object) -> None:
        if self._file is None:
            self._values[key] = value
        else:
            self._file.setValue(key, value)
