"""What is kept of terminals for those who ask what they showed, and no other file."""

from __future__ import annotations

from pathlib import Path

from cocalc_tui.protocol.events import BlobPart, RecordingFile, RecordingFiles
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.terminals.last import forget_last
from cocalc_tui.server.terminals.order import about_all, living
from cocalc_tui.server.terminals.recording import recordings

MOST_BYTES = 1_000_000
"""Bytes of a recording that are given at a time."""


class Recorded:
    """The recordings of all terminals, and what they showed last."""

    def __init__(self, terminals: Path) -> None:
        """`terminals` is the folder of the keepers' folders."""
        self._terminals = terminals

    def files(self, doc: str) -> RecordingFiles:
        """The files of a terminal's recording."""
        found = recordings(self._terminals, doc)
        return RecordingFiles(
            files=[RecordingFile(name=_name(file), size=file.stat().st_size) for file in found]
        )

    def part(self, doc: str, name: str, start: int) -> BlobPart:
        """Bytes of one of them; raises FileError."""
        for file in recordings(self._terminals, doc):
            if _name(file) == name:
                with file.open("rb") as opened:
                    opened.seek(max(start, 0))
                    return BlobPart(size=file.stat().st_size, data=opened.read(MOST_BYTES))
        raise FileError("missing", "this part of the recording is not kept any more")

    def forget(self, doc: str) -> None:
        """Leave nothing of programs that ended."""
        running = {folder for folder, _ in living(self._terminals)}
        for file in recordings(self._terminals, doc):
            if file.parent not in running:
                file.unlink(missing_ok=True)
        for folder, about in about_all(self._terminals):
            if about.doc == doc:
                forget_last(folder)


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
