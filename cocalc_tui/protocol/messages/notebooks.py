"""Kernels and runs of cells."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role

# --- notebooks -----------------------------------------------------------------------------------


class Run(Message, frozen=True, tag="run"):
    """Queue these cells on the notebook's kernel, starting it where need be."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    cells: list[str]


class Interrupt(Message, frozen=True, tag="interrupt"):
    """Interrupt the running cell and empty the queue."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str


class Restart(Message, frozen=True, tag="restart"):
    """End the notebook's kernel and (unless `stop`) start it anew."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    stop: bool = False


class Kernels(Message, frozen=True, tag="kernels"):
    """Kernels that can be chosen for a document: list[KernelChoice]."""

    id: int
    doc: str


class ChooseKernel(Message, frozen=True, tag="choose"):
    """Use this kernel for the notebook from now on."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    name: str


class Outputs(Message, frozen=True, tag="outputs"):
    """Live output of a run from item `after` on: answered with an `OutputBatch`."""

    id: int
    doc: str
    run: str
    after: int
