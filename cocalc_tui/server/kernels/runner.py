"""What the host side asks of kernels: one `Runner` for all notebooks of a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.events import KernelChoice, KernelInfo, OutputBatch


class KernelError(Exception):
    """It cannot be done; one line that says what, why and the next step (`Failed`, kernel)."""


class Say(Protocol):
    """How the runner speaks to everybody in a document; the host makes a `Tell` of it."""

    def __call__(self, doc: str, topic: str, said: msgspec.Struct, *, keep: bool) -> None: ...


class Runner:
    """Runs cells, for all notebooks of a project, and writes their output into the documents.

    Everything is called on the loop's thread. The life of a document as the host sees it:

    1. `await start()` once: finds the keepers that live, returns the (doc id, path) of notebooks
       whose kernels run or whose output is not yet in the document. The host opens each and calls
       `attach`.
    2. `attach(document)` whenever the host has a notebook open, before it says Ready.
    3. While `needs(doc)`, the host keeps the document; after that it may `detach(doc)`.
    """

    def __init__(
        self,
        project: Path,
        state: Path,
        say: Say,
        clock: Callable[[], int],
        *,
        runtime: Path,
        umask: int,
    ) -> None:
        """`state`: the project's .cocalc-tui; `runtime`: its short folder for sockets."""

    async def start(self) -> list[tuple[str, str]]: ...

    def attach(self, document: SharedDocument) -> None: ...

    def needs(self, doc: str) -> bool: ...

    def detach(self, doc: str) -> None: ...

    async def run(self, doc: str, cells: list[str], user: str) -> None: ...

    async def interrupt(self, doc: str, user: str) -> None: ...

    async def restart(self, doc: str, user: str, *, stop: bool = False) -> None: ...

    async def kernels(self, doc: str) -> list[KernelChoice]: ...

    async def choose(self, doc: str, name: str, user: str) -> None: ...

    def outputs(self, doc: str, run: str, after: int) -> OutputBatch:
        """All of a run's live output so far, folded (`whole`)."""
        ...

    def status(self) -> list[KernelInfo]: ...

    async def close(self, *, everything: bool = False) -> None:
        """Commit what is there and let go; with `everything` end the kernels too."""
        ...
