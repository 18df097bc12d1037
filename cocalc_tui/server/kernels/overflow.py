"""What is left out of long outputs, kept on disk to be fetched on request.

A document holds the head and the tail of what a cell prints; the middle lies here, in files of a
run's own: all of it up to a cap, then its first and its last half. A text is known by code points
from its beginning, and so are its parts, so that whoever goes on after a crash cuts back to where
the document says and prints on: nothing is there twice.

`FOLDER/CELL/RUN/INDEX/000000000000.part` holds the middle of one output from that code point on.
Nothing here raises for a disk that is full: what could not be kept is a gap.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.protocol.events import KeptText

PART = 2**20
"""Code points after which a new part begins."""
CAP = 256 * 2**20
"""Code points kept of one output."""
ALL = 4 * 2**30
"""Bytes kept of a whole project; beyond, those go that were not written to for the longest."""
_SUFFIX = ".part"


@dataclass
class _Open:
    """An output that is being written."""

    folder: Path
    length: int
    """Code points so far, gaps included."""
    start: int
    """Of the last part."""


class Overflow:
    """The middles of a notebook's outputs. `folder` is the notebook's own."""

    def __init__(self, folder: Path, *, part: int = PART, cap: int = CAP) -> None:
        self._folder = folder
        self._part = part
        self._cap = cap
        self._open: dict[Path, _Open] = {}

    def write(self, cell: str, run: str, index: int, text: str) -> None:
        """Keep more of an output."""
        at = self._opened(self._path(cell, run, index))
        while text:
            if at.length - at.start >= self._part or at.start < 0:
                self._next_part(at)
            piece, text = _split(text, self._part - (at.length - at.start))
            try:
                at.folder.mkdir(0o700, parents=True, exist_ok=True)
                with open(_part(at.folder, at.start), "ab") as file:
                    file.write(piece.encode())
            except OSError:
                at.start = -1
            at.length += len(piece)

    def rewind(self, cell: str, run: str, index: int, length: int) -> None:
        """Forget what comes after so many code points: it will be printed again."""
        self._rewind(self._path(cell, run, index), length)

    def _rewind(self, folder: Path, length: int) -> None:
        start = -1
        for begin, path in reversed(_parts(folder)):
            if begin >= length:
                path.unlink(missing_ok=True)
                continue
            kept = _text(path)[: length - begin]
            if begin + len(kept) == length:
                start = begin
                path.write_bytes(kept.encode())
            break
        self._open[folder] = _Open(folder, length, start)

    def begin(self, cell: str, run: str) -> None:
        """A run's output replaces that of those before."""
        with contextlib.suppress(OSError):
            for folder in self._path(cell, run, 0).parent.parent.iterdir():
                if folder.name != _name(run):
                    shutil.rmtree(folder, ignore_errors=True)
                    self._open = {
                        path: at for path, at in self._open.items() if path.parent != folder
                    }

    def keep(self, runs: Mapping[str, Collection[str]]) -> None:
        """Forget all but these runs of these cells; nothing is being written."""
        kept = {_name(cell): set(map(_name, names)) for cell, names in runs.items()}
        for folder in self._folder.glob("*/*"):
            if folder.name not in kept.get(folder.parent.name, ()):
                shutil.rmtree(folder, ignore_errors=True)
        self._open.clear()

    def read(self, cell: str, run: str, index: int, start: int, count: int) -> KeptText:
        """Return up to `count` code points from `start` on, from the next that are kept."""
        found: list[str] = []
        at = start
        for begin, path in _parts(self._path(cell, run, index)):
            if found and (begin != at or at - start >= count):
                break
            if begin + self._part <= at:
                continue
            text = _text(path)[max(0, at - begin) :]
            if not text:
                continue
            if not found:
                start = at = max(at, begin)
            found.append(text[: count - (at - start)])
            at += len(found[-1])
        return KeptText(start=start, text="".join(found))

    def _path(self, cell: str, run: str, index: int) -> Path:
        return self._folder / _name(cell) / _name(run) / str(index)

    def _opened(self, folder: Path) -> _Open:
        if folder not in self._open:
            # A relay that was killed may have got here, and noted nothing of it.
            self._rewind(folder, 0)
        return self._open[folder]

    def _next_part(self, at: _Open) -> None:
        """Begin a part; beyond the cap the oldest of the last half goes."""
        at.start = at.length
        parts = _parts(at.folder)
        over = sum(1 for _ in parts) * self._part - self._cap + self._part
        tail = [path for begin, path in parts if begin >= self._cap // 2]
        for path in tail[: -(-over // self._part)] if over > 0 else ():
            path.unlink(missing_ok=True)


def prune(folder: Path, most: int = ALL) -> None:
    """Delete what was not written to for the longest, of all notebooks, down to `most` bytes."""
    runs = sorted(_runs(folder), key=lambda run: run[0])
    total = sum(size for _, size, _ in runs)
    for _, size, path in runs:
        if total <= most:
            return
        shutil.rmtree(path, ignore_errors=True)
        total -= size


def _runs(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each run was written to, how large it is, and where."""
    for run in folder.glob("*/*/*"):
        times: list[float] = []
        size = 0
        for path in run.glob(f"*/*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                about = path.stat()
                times.append(about.st_mtime)
                size += about.st_size
        yield max(times, default=time.time()), size, run


def _name(key: str) -> str:
    """A key as the name of a folder; keys of cells come from files, and are anything."""
    if key.isalnum() and key.isascii() and len(key) <= 64:
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest() + "_"


def _split(text: str, at: int) -> tuple[str, str]:
    return text[:at], text[at:]


def _part(folder: Path, start: int) -> Path:
    return folder / f"{start:012}{_SUFFIX}"


def _parts(folder: Path) -> list[tuple[int, Path]]:
    with contextlib.suppress(OSError):
        return sorted((int(path.stem), path) for path in folder.glob(f"*{_SUFFIX}"))
    return []


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_bytes().decode("utf-8", "replace")
    return ""
