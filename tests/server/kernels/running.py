"""A runner over real keepers and kernels, on a document whose relay takes everything at once."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.hearing import Hearing
from cocalc_tui.client.wire import NoWire
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.printed import notice
from cocalc_tui.protocol.events import CellRun, KernelState, OutputBatch
from cocalc_tui.protocol.messages import OutputText
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.environment import clean
from cocalc_tui.server.kernels import progress
from cocalc_tui.server.kernels.runner import Runner
from cocalc_tui.server.kernels.starting import Grounds
from cocalc_tui.server.paths import places, prepare
from cocalc_tui.sync.patch import Create, Json


class Taking(NoWire):
    """Acknowledges patches, unless `holding`."""

    def __init__(self) -> None:
        self.holding = False
        self._seqs = itertools.count(1)

    def outgoing(self, document: SharedDocument) -> None:
        while not self.holding and (patches := document.outbox.take()):
            document.acknowledged([(patch.id.n, next(self._seqs)) for patch in patches])


def notebook(*codes: str, metadata: dict[str, Json] | None = None) -> SharedDocument:
    """A notebook with cells c0, c1 ... as the host side has it open."""
    document = SharedDocument("a.ipynb", "notebook", secrets.token_hex(8), wire=Taking())
    document.doc = "doc1"
    about: dict[str, Json] = {"type": "notebook", "metadata": dict(metadata or {})}
    document.change([Create(schema.NOTEBOOK, about)])
    for number, code in enumerate(codes):
        document.change(schema.create_cell(f"c{number}", f"a{number}", text=code))
    return document


class Heard:
    """What everybody was told, and an app that heard it."""

    def __init__(self, document: SharedDocument) -> None:
        self.all: list[tuple[str, Any]] = []
        self.app = Hearing(document)

    def say(self, doc: str, topic: str, said: msgspec.Struct, *, keep: bool) -> None:
        assert doc == "doc1"
        assert keep == (topic != "output")
        self.all.append((topic, said))
        self.app.heard(topic, msgspec.msgpack.encode(said))

    def of(self, topic: str) -> list[Any]:
        return [said for heard, said in self.all if heard == topic]

    @property
    def kernel(self) -> Any:
        return (self.of("kernel") or [KernelState(name="", title="", state="")])[-1]

    @property
    def runs(self) -> dict[str, CellRun]:
        runs = self.of("runs")
        return {run.cell: run for run in runs[-1].cells} if runs else {}

    @property
    def batches(self) -> list[OutputBatch]:
        return self.of("output")


class Running:
    """A runner with one notebook."""

    def __init__(
        self, project: Path, document: SharedDocument, *, environment: dict[str, str] | None = None
    ) -> None:
        where = places(project)
        prepare(where)
        self.where = where
        self.document = document
        self.heard = Heard(document)
        self.grounds = Grounds(
            project=project,
            keepers=where.keepers,
            outputs=where.outputs,
            blobs=BlobStore(where.blobs),
            sockets=where.kernel_sockets,
            environment=environment or clean(os.environ),
            umask=0o022,
        )
        self.runner = Runner(self.grounds, self.heard.say, lambda: time.time_ns() // 1_000_000)

    async def __aenter__(self) -> Running:
        self.found = await self.runner.start()
        self.runner.attach(self.document)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.close()

    async def run(self, *cells: str, user: str = "al") -> None:
        await self.runner.run("doc1", cells, user)

    async def until(self, happened: Callable[[], object], within: float = 60) -> None:
        end = time.monotonic() + within
        while not happened():
            assert time.monotonic() < end, (self.heard.all[-6:], self.outputs("c0"))
            await asyncio.sleep(0.01)

    async def over(self, *cells: str) -> None:
        """Wait until these cells have run."""
        states = ("done", "error", "stopped")
        await self.until(
            lambda: all(
                cell in self.heard.runs and self.heard.runs[cell].state in states for cell in cells
            )
        )

    async def ran(self, *cells: str, user: str = "al") -> None:
        await self.run(*cells, user=user)
        await self.over(*cells)

    def outputs(self, cell: str) -> list[dict[str, Json]]:
        return schema.outputs_of(self.document.replica, cell)

    def text(self, cell: str) -> str:
        return "".join(str(output.get("text", "")) for output in self.outputs(cell))

    async def whole_text(self, cell: str) -> str:
        """What a cell printed with what the document leaves out, as an app fetches it."""
        (key,) = schema.outputs(self.document.replica)[cell]
        fields: Any = self.document.replica.records[key]
        text = fields["data"]["text"]
        if "cut" not in fields:
            return str(text)
        head, left_out = fields["cut"]
        parts = [text[:head]]
        at = 0
        while at < left_out:
            asked = OutputText(
                id=1,
                doc="doc1",
                cell=cell,
                run=fields["run"],
                index=fields["index"],
                start=at,
                count=10**9,
            )
            kept = await self.runner.output_text(asked)
            assert kept.start == at
            assert kept.text, (at, left_out)
            parts.append(kept.text)
            at += len(kept.text)
        assert at == left_out
        return "".join([*parts, text[head + len(notice(left_out)) :]])

    async def notes_more(self) -> None:
        """Wait until more is noted beside the spool of the only keeper, or the run is over."""
        (folder,) = self.keepers()

        def noted() -> int:
            state = progress.load(folder)
            return int(state["offset"]) if state is not None else 0

        before = noted()
        await self.until(lambda: noted() > before or self.text("c0"))

    def count(self, cell: str) -> int | None:
        return schema.execution_count(self.document.replica, cell)

    def keepers(self) -> list[Path]:
        return list(self.where.keepers.iterdir())

    async def abandon(self) -> None:
        """Go away as a killed relay does: nothing is written, nobody is told."""
        for notebook in self.runner._notebooks.values():
            session = notebook.session
            if session is not None and session._task is not None:
                session._task.cancel()
                await asyncio.gather(session._task, return_exceptions=True)
                await session.link.close()
        for task in list(self.runner._tasks):
            task.cancel()


TICKS = "import time\nfor n in range({0}):\n    print('tick', n, flush=True)\n    time.sleep({1})"

FOR_A_WHILE = (
    "import os, time\nn = 0\nwhile not os.path.exists('enough'):\n"
    "    print('tick', n, flush=True)\n    n += 1\n    time.sleep(0.03)"
)
"""Ticks until that file is there, however long a busy machine takes for all the rest."""


def ticks(count: int) -> str:
    return "".join(f"tick {n}\n" for n in range(count))


def named(name: str) -> dict[str, Json]:
    return {"kernelspec": {"name": name, "display_name": name, "language": "x"}}


def with_kernel(project: Path, name: str, *argv: str) -> dict[str, str]:
    """An environment in which this kernel is installed."""
    folder = project.parent / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    said = {"argv": argv, "display_name": f"The {name}", "language": "x"}
    (folder / "kernel.json").write_text(json.dumps(said))
    return clean({**os.environ, "JUPYTER_PATH": str(project.parent / "jupyter")})
