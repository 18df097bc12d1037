"""What the keeper writes to its spool, and what happens when the disk is full.

Output that cannot be written is dropped and counted, the count is written once there is room, and
how the runs stand is kept until then: a keeper that dies of a full disk takes its kernel along.

What the spool holds, one JSON object each, told by `kind`:

- `row`: `row`, a run as it is now (`queueing.Run.row`). The rows of a run frame its output.
- `io`: `type`, `run`, `content`: a Jupyter message that belongs to a cell's output.
- `kernel`: `state` (starting, idle, dead), `pid`, `reason`, `language_info`.
- `ask`: `run`, `prompt`, `password`: the kernel waits for input.
- `answered`: `run`: somebody gave it; what they gave is written nowhere.
- `lost`: `run`, `bytes`: output that could not be written.
"""

from __future__ import annotations

import json
from pathlib import Path

from cocalc_tui.server.keeper.queueing import Queue
from cocalc_tui.server.keeper.spool import CAP, SpoolWriter

LARGEST = 32 * 2**20
"""Bytes of one message's content that are kept, if it is no printed text."""
PIECE = 2**20
"""Code points of a record, of what was printed at once."""


class Journal:
    """Puts records and the rows of a queue into a spool, in the order they happened."""

    def __init__(self, folder: Path, queue: Queue) -> None:
        self.spool = SpoolWriter(folder)
        self._queue = queue
        self._unwritten: list[bytes] = []
        self._lost: dict[str, int] = {}

    @property
    def behind(self) -> bool:
        """Whether something waits for room on the disk."""
        return bool(self._unwritten or self._lost)

    def record(self, record: dict[str, object]) -> None:
        """Note a record."""
        self._note_rows()
        self._unwritten.append(json.dumps(record).encode())

    def output(self, kind: str, run: str, content: bytes) -> None:
        """Note output. The content stays as it came: JSON is JSON, there is no need to read it."""
        if len(content) > LARGEST:
            self._large(kind, run, content)
            return
        self._note_rows()
        head = json.dumps({"kind": "io", "type": kind, "run": run})[:-1].encode()
        self._unwritten.append(head + b', "content": ' + content + b"}")

    def _large(self, kind: str, run: str, content: bytes) -> None:
        """Note a print of very much as several; anything else is too much."""
        if kind != "stream" or len(content) > CAP:
            self._lose(run, len(content))
            return
        said = json.loads(content)
        text = str(said["text"])
        for at in range(0, len(text), PIECE):
            piece = {"name": said.get("name"), "text": text[at : at + PIECE]}
            self.output(kind, run, json.dumps(piece).encode())

    def write(self) -> None:
        """Write what was noted, as far as the disk takes it."""
        self._note_rows()
        lost = [{"kind": "lost", "run": run, "bytes": count} for run, count in self._lost.items()]
        records = self._unwritten + [json.dumps(record).encode() for record in lost]
        if not records:
            return
        try:
            self.spool.append(records)
        except OSError:
            self._drop_output()
        else:
            self._unwritten.clear()
            self._lost.clear()

    def _note_rows(self) -> None:
        for run in self._queue.changed:
            self._unwritten.append(json.dumps({"kind": "row", "row": run.row()}).encode())
        self._queue.changed.clear()

    def _drop_output(self) -> None:
        kept = []
        for record in self._unwritten:
            if record.startswith(b'{"kind": "io"'):
                self._lose(str(json.loads(record)["run"]), len(record))
            else:
                kept.append(record)
        self._unwritten = kept

    def _lose(self, run: str, count: int) -> None:
        self._lost[run] = self._lost.get(run, 0) + count
