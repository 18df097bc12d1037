"""Runs of cells: their queue, what they ask and what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json
else:
    Json = Any  # msgspec has no recursive aliases


class CellRun(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's place in the queue, or its last run."""

    cell: str
    run: str
    state: str
    """queued, running, done, error, stopped."""
    user: str
    asked: int
    started: int = 0
    finished: int = 0
    count: int = 0
    """The execution count, once known."""
    reason: str = ""
    """Why it was stopped, where its kernel ended."""


class Runs(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `runs`: all cells that are queued, running, or ran under this kernel."""

    cells: list[CellRun]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `asking`: a cell waits for a line of text (`Input`); `run` "" when none does."""

    cell: str
    run: str
    prompt: str
    password: bool
    """What is typed is not to be seen."""


class OutputBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `output`: items `first`, `first + 1` ... of a run's live output.

    An item is an nbformat output dict, `{"output_type": "clear_output", "wait": bool}` or
    `{"output_type": "update_display_data", ...}`; consecutive stream items are to be joined.
    """

    cell: str
    run: str
    first: int
    items: list[dict[str, Json]]
    whole: bool = False
    """The answer to `Outputs`: all of the run's output so far, folded. It replaces what was heard;
    the next batch begins at `first` + the number of these items."""


class KeptText(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `OutputText`; "" where nothing is kept from there on."""

    start: int
    """Where it begins, in code points of the middle: later than asked for, after a gap."""
    text: str


class BlobPart(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Blob`."""

    size: int
    """Bytes of all of it; 0 where it is not there."""
    data: bytes
