"""Large parts of outputs as files named by their hash, beside the log (`notebook.blobs`).

Versions of the past name them too, so what a document ever named stays until its history is purged.
A file is whole or not there: it is written under another name first.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from cocalc_tui.protocol.messages import WireEntry
from cocalc_tui.sync.blocks import values

_NAME = re.compile(r"[0-9a-f]{64}")
_NAMES = re.compile(rb"[0-9a-f]{64}")


def named(blocks: Iterable[bytes], entries: Iterable[WireEntry]) -> set[str]:
    """The names that are in a part of a log, whatever they stand for there. Raises DamagedLog."""
    texts = [*map(values, blocks), *(bytes(entry.patch.ops) for entry in entries)]
    return {name.decode() for text in texts for name in _NAMES.findall(text)}


class BlobStore:
    """The blobs of a project. May be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> bool:
        """Keep bytes under their name; tells whether they are new here. Raises OSError."""
        path = self._path(name)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # somebody is about to name it: see `put_at`
            return False
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with open(new, "xb", opener=_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        return True

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a name, None where they are not there."""
        with contextlib.suppress(OSError, ValueError):
            return self._path(name).read_bytes()
        return None

    def part(self, name: str, start: int, count: int) -> tuple[int, bytes]:
        """Return how many bytes there are in all, and some of them; 0 where there is nothing."""
        with contextlib.suppress(OSError, ValueError), open(self._path(name), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(start)
            return size, file.read(count)
        return 0, b""

    def put_at(self, name: str) -> int:
        """When bytes were put there last, nanoseconds; 0 where there are none."""
        with contextlib.suppress(OSError, ValueError):
            return self._path(name).stat().st_mtime_ns
        return 0

    def drop(self, name: str) -> None:
        """Forget what no document names."""
        with contextlib.suppress(OSError, ValueError):
            self._path(name).unlink()

    def _path(self, name: str) -> Path:
        """Where it lies; ValueError for what is no name: names come from apps."""
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a blob")
        return self._folder / name[:2] / name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
