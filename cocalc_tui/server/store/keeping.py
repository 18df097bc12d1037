"""What the owner says about old history: when it goes into the archive, and how much is much.

It stands in `history.toml` of the project's state folder, which only the host's account can write:
a file that everybody in the project may edit must not say where the host's account writes to.
Nothing in it deletes anything. Above a limit the owner is told, and may archive or purge.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FILE = "history.toml"
_MOST = 10**7


class KeepingError(ValueError):
    """The file cannot be used; one line that says what it should say."""


def _number(default: int, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is to be done about old history."""

    archive_after: int = _number(
        90, "Days after which sealed history goes into the archive; 0: it never does."
    )
    archive_folder: str = field(
        default="",
        metadata={
            "help": "A folder for this project's `archive.sqlite`, such as one on a larger disk; "
            "by default it is beside the log."
        },
    )
    document_limit: int = _number(
        100, "MB of one document's history above which the owner is told; 0: never."
    )
    project_limit: int = _number(
        2000, "MB of all histories together above which the owner is told; 0: never."
    )


def read(file: Path) -> Keeping:
    """What a file says; the defaults where there is none. Raises KeepingError."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Keeping()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KeepingError(f"{file}: {error}") from None
    names = [one.name for one in fields(Keeping)]
    for name, value in table.items():
        if name not in names:
            close = get_close_matches(name, names, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}"
            raise KeepingError(f"{file}: no setting {name!r}{hint}")
        if wrong := _wrong(name, value):
            raise KeepingError(f"{file}: {wrong}")
    return Keeping(**table)


class KeepingFile:
    """The file, read again when it changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: object = ""
        self._found = Keeping()
        self.mistake = ""
        """What is wrong with it, "" for nothing."""

    def __call__(self) -> Keeping:
        """What it says; while it has a mistake, that nothing is archived and nothing is much."""
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._found, self.mistake = read(self._file), ""
            except KeepingError as error:
                self._found = Keeping(archive_after=0, document_limit=0, project_limit=0)
                self.mistake = f"{error}; until then no history is archived"
        return self._found


def _stamp(file: Path) -> object:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _wrong(name: str, value: object) -> str:
    """What is wrong with a value, "" for nothing."""
    if name == "archive_folder":
        fine = isinstance(value, str) and (not value or value.startswith("/"))
        return "" if fine else f"{name} is {value!r}; it is the whole path of a folder"
    number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST
    return "" if number else f"{name} is {value!r}; it may be 0 to {_MOST}"
