"""What a document needs of the connection it came over, and what stands in where there is none.

A document is usable without a relay: only what another has to do, such as running a cell, is
refused then, in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cocalc_tui.sync.patch import Json

if TYPE_CHECKING:
    from cocalc_tui.client.blobs import Blobs
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.protocol.events import Completion, Inspection, KeptText, KernelChoice


class ReadOnlyError(Exception):
    """The document cannot be changed here; the text says why, in one line."""


class Wire(Protocol):
    """What a document needs of the connection it came over."""

    @property
    def blobs(self) -> Blobs | None:
        """Large parts of outputs."""

    async def output_text(
        self, document: SharedDocument, cell: str, run: str, index: int, start: int
    ) -> KeptText:
        """Some of what is left out of a long output."""

    def outgoing(self, document: SharedDocument) -> None:
        """Something waits in the document's outbox."""

    def stands(self, document: SharedDocument, place: dict[str, Json]) -> None:
        """Tell the others where I am."""

    async def save(self, document: SharedDocument) -> None:
        """Write it to disk now."""

    async def run(
        self, document: SharedDocument, cells: list[str], *, fresh: bool, unattended: bool
    ) -> dict[str, str]:
        """Queue cells; returns their runs."""

    async def answer(self, document: SharedDocument, run: str, text: str) -> None:
        """Give a run its input."""

    async def interrupt(self, document: SharedDocument) -> None:
        """Interrupt the kernel."""

    async def restart(self, document: SharedDocument, *, stop: bool) -> None:
        """End the kernel and start it anew."""

    async def kernels(self, document: SharedDocument) -> list[KernelChoice]:
        """Kernels to choose from."""

    async def choose_kernel(self, document: SharedDocument, name: str) -> None:
        """Use this one."""

    async def complete(self, document: SharedDocument, code: str, pos: int) -> Completion:
        """How code could go on."""

    async def inspect(
        self, document: SharedDocument, code: str, pos: int, detail: int
    ) -> Inspection:
        """What stands at a place."""

    async def clear_outputs(self, document: SharedDocument, cells: list[str]) -> None:
        """Take away what cells printed."""

    async def copy_outputs(
        self, document: SharedDocument, source: str, cells: list[tuple[str, str]]
    ) -> None:
        """Give pasted cells their output."""

    def missing_output(self, document: SharedDocument, run: str, after: int) -> None:
        """Live output was missed: ask for it."""

    def shut(self, document: SharedDocument) -> None:
        """Leave."""


class NoWire:
    """Stands in for the connection of a document that has none."""

    blobs: Blobs | None = None

    async def output_text(
        self, document: SharedDocument, cell: str, run: str, index: int, start: int
    ) -> KeptText:
        """There is none."""
        raise ReadOnlyError(f"{document.path}: not connected, so no more of it can be had")

    def outgoing(self, document: SharedDocument) -> None:
        """Nothing leaves."""

    def stands(self, document: SharedDocument, place: dict[str, Json]) -> None:
        """Nobody asks."""

    def missing_output(self, document: SharedDocument, run: str, after: int) -> None:
        """There is none."""

    def shut(self, document: SharedDocument) -> None:
        """Nothing to leave."""

    async def save(self, document: SharedDocument) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so it cannot be saved")

    async def run(
        self, document: SharedDocument, cells: list[str], *, fresh: bool, unattended: bool
    ) -> dict[str, str]:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so nothing can be run")

    async def answer(self, document: SharedDocument, run: str, text: str) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so nothing runs")

    async def interrupt(self, document: SharedDocument) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so nothing runs")

    async def restart(self, document: SharedDocument, *, stop: bool) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so there is no kernel")

    async def kernels(self, document: SharedDocument) -> list[KernelChoice]:
        """None are known."""
        return []

    async def choose_kernel(self, document: SharedDocument, name: str) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so there is no kernel")

    async def complete(self, document: SharedDocument, code: str, pos: int) -> Completion:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so there is no kernel")

    async def inspect(
        self, document: SharedDocument, code: str, pos: int, detail: int
    ) -> Inspection:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so there is no kernel")

    async def clear_outputs(self, document: SharedDocument, cells: list[str]) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so outputs stay")

    async def copy_outputs(
        self, document: SharedDocument, source: str, cells: list[tuple[str, str]]
    ) -> None:
        """Refuse."""
        raise ReadOnlyError(f"{document.path}: not connected, so cells come without their output")
