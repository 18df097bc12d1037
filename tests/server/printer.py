"""What prints numbered lines while relays are killed, and tells whether all of them are there."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.workspace import Workspace

PATIENCE = 60.0


class Printer(ABC):
    """A program that prints until the file `go` is gone, and then how many lines it printed."""

    def __init__(self, project: Path, workspace: Workspace) -> None:
        self.project = project
        self.workspace = workspace
        self.document: SharedDocument

    @property
    @abstractmethod
    def found(self) -> str:
        """What was found so far, in words."""

    @abstractmethod
    async def begin(self) -> None:
        """Start it; sets `document`."""

    @abstractmethod
    async def hear(self) -> None:
        """Wait until it told us something new."""

    @abstractmethod
    async def look(self) -> None:
        """Raise AssertionError where something is lost or there twice so far."""

    @abstractmethod
    async def end(self) -> None:
        """Let it end, and raise AssertionError where something is lost or there twice."""


async def until(happened: Callable[[], object]) -> None:
    """Wait for it; raises AssertionError."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.005)
