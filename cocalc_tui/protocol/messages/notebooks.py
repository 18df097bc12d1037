"""Kernels and runs of cells."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Request, Role

# --- notebooks -----------------------------------------------------------------------------------


class Run(Request, frozen=True, tag="run"):
    """Queue these cells on the notebook's kernel, starting it where need be.

    The answer says which run each cell got: dict[str, str].
    """

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    cells: list[str]
    fresh: bool = False
    """On a kernel of their own, which ends with them; the shared one is left alone."""
    unattended: bool = False
    """Nobody will give input: a cell that asks for it fails at once."""


class Input(Request, frozen=True, tag="input"):
    """Give a run the line of text that it waits for (`events.Asking`)."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    run: str
    text: str


class Interrupt(Request, frozen=True, tag="interrupt"):
    """Interrupt the running cell and empty the queue."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str


class Restart(Request, frozen=True, tag="restart"):
    """End the notebook's kernel and (unless `stop`) start it anew."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    stop: bool = False


class Kernels(Request, frozen=True, tag="kernels"):
    """Kernels that can be chosen for a document: list[KernelChoice]."""

    doc: str


class ChooseKernel(Request, frozen=True, tag="choose"):
    """Use this kernel for the notebook from now on."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    name: str


class Complete(Request, frozen=True, tag="complete"):
    """How code could go on, from the notebook's kernel: a `Completion`.

    Refused with the code *busy* while a cell runs, *kernel* where no kernel does: it never waits
    in the queue.
    """

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    code: str
    """The cell, or what of it matters."""
    pos: int
    """Where in it, counted in code points."""


class Inspect(Request, frozen=True, tag="inspect"):
    """What the kernel knows of what stands at a place: an `Inspection`.

    Refused as `Complete` is.
    """

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    code: str
    pos: int
    detail: int = 0
    """1: with the source, where the kernel has it."""


class ClearOutputs(Request, frozen=True, tag="clear"):
    """Take away the outputs of these cells; what a running one prints from now on stays."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    doc: str
    cells: list[str]


class CopyOutputs(Request, frozen=True, tag="copyout"):
    """Give cells that were pasted the outputs of those they were copied from.

    The outputs are taken from the document, not from whoever asks: nobody can make up what a
    kernel printed. Cells that are gone count as well: they may have been cut.
    """

    NEEDS: ClassVar[Role] = Role.EDITOR
    doc: str
    source: str
    """Path of the notebook that they were copied from."""
    pairs: list[tuple[str, str]]
    """Cells: from and to."""


class Blob(Request, frozen=True, tag="blob"):
    """Some of a large part of an output, by the name that its record gives: a `BlobPart`."""

    name: str
    start: int = 0
    """Bytes."""
    count: int = 1_000_000
    """At most; the relay side gives up to 1,000,000 at a time."""


class OutputText(Request, frozen=True, tag="outtext"):
    """Some of the middle of a long output, which the document leaves out: a `KeptText`."""

    doc: str
    cell: str
    run: str
    index: int
    """Which output of the run."""
    start: int
    """Code points of the middle, 0 for its first ..."""
    count: int
    """... and how many of them; the relay side gives up to 500,000 at a time."""


class Outputs(Request, frozen=True, tag="outputs"):
    """Live output of a run from item `after` on: answered with an `OutputBatch`."""

    doc: str
    run: str
    after: int
