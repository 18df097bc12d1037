"""When output goes into the document: a night of it adds kilobytes to the log."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.kernels import writing
from cocalc_tui.server.kernels.intake import Intake
from cocalc_tui.server.kernels.parts import Parts
from tests.server.kernels.running import notebook
from tests.server.kernels.test_intake import printed, row, take


class Night:
    """A run that prints for a simulated time; the clock is the loop's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.now = 0.0
        monkeypatch.setattr(writing, "_now", lambda: self.now)
        self.document = notebook("night()")
        self.intake = Intake(self.document, "keeper")
        self.writing = writing.Writing(self.document, self.intake, Parts(BlobStore(folder)))
        take(self.intake, row("c0", "r", "running", 1))

    async def prints(self, text: str, seconds: float) -> None:
        self.now += seconds
        take(self.intake, printed("r", text))
        await self.writing.commit_if_due("r", "al")

    @property
    def logged(self) -> int:
        """Bytes of all patches, as they go to the relay."""
        patches = [to_wire(patch) for patch in self.document.replica.patches()]
        return len(msgspec.msgpack.encode(patches))


BARS = "\n\r\x1b[32minner {0:3}%\x1b[0m |{1:20}|\x1b[A\router {2:3}%"


async def test_a_night_of_progress_bars_adds_kilobytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    night = Night(monkeypatch, tmp_path)
    for n in range(10 * 3600):
        await night.prints(BARS.format(n % 100, "█" * (n % 20), n // 360), 1.0)
    assert night.logged < 40_000
    assert len([p for p in night.document.replica.patches() if p.kind == "output"]) > 20


async def test_a_night_of_printing_adds_little(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    night = Night(monkeypatch, tmp_path)
    for n in range(0, 10 * 3600, 10):
        await night.prints("".join(f"line {n} {k}\n" for k in range(200)), 10.0)
    assert night.logged < 6_000_000


async def test_the_first_comes_soon_and_another_run_begins_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    night = Night(monkeypatch, tmp_path)
    commits: list[float] = []
    change = night.document.change

    def noting(ops: Any, kind: str, **more: Any) -> Any:
        commits.append(night.now)
        return change(ops, kind, **more)

    monkeypatch.setattr(night.document, "change", noting)
    for _ in range(100):
        await night.prints("x\n", 1.0)
    assert commits[:3] == [10.0, 20.0, 35.0]
    take(night.intake, row("c0", "r", "done", 1))
    night.writing.over_for = "al"
    await night.writing.commit_if_due(None, None)
    assert commits[-1] == 100.0
    await asyncio.sleep(0)
