"""A kernel that prints numbered lines while relays are killed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.printed import notice
from cocalc_tui.protocol.events import KeptText
from cocalc_tui.protocol.messages import OutputText
from tests.server.printer import Printer, until

PRINTS = """\
import os, time
n = 0
while os.path.exists('go'):
    print('line', n)
    n += 1
    if n % 10 == 0:
        time.sleep(0.01)
print('last', n)"""
WHO = "import os; print(os.getpid())"


class KernelPrinter(Printer):
    """One kernel that prints."""

    count = 0
    """How many lines were found in the end."""

    @property
    def found(self) -> str:
        """What was found so far, in words."""
        if not self.count:
            return "the kernel prints"
        return f"{self.count} lines of the kernel once each, the same kernel"

    async def begin(self) -> None:
        """Have a kernel print."""
        cells: list[dict[str, Any]] = [
            {"cell_type": "code", "id": name, "metadata": {}, "source": code}
            | {"execution_count": None, "outputs": []}
            for name, code in (("who", WHO), ("prints", PRINTS))
        ]
        whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (self.project / "n.ipynb").write_text(json.dumps(whole))
        self.document = await self.workspace.open("n.ipynb")
        self.who, self.prints = schema.cells(self.document.replica)
        self.pid = await self._ran(self.who)
        await self.document.run([self.prints])

    async def hear(self) -> None:
        """Wait until it told us something new."""
        before = self._last_line()
        await until(lambda: self._last_line() != before)

    async def look(self) -> None:
        """Check that it still prints: all of it is looked at in the end."""
        assert (state := self._state(self.prints)) == "running", state

    async def end(self) -> None:
        """Look at all that it printed."""
        await until(lambda: self._state(self.prints) == "done")
        text = await self._whole_text()
        self.count = await asyncio.to_thread(check, text)  # the connection is kept meanwhile
        assert await self._ran(self.who) == self.pid, "another kernel"

    async def _ran(self, cell: str) -> str:
        """Run a cell and return what it printed."""
        runs = await self.document.run([cell])
        await until(
            lambda: (
                self._state(cell) == "done"
                and self.document.runs[cell].run == runs[cell]
                and schema.outputs_of(self.document.replica, cell)
            )
        )
        return str(schema.outputs_of(self.document.replica, cell)[0]["text"])

    def _state(self, cell: str) -> str:
        run = self.document.runs.get(cell)
        return run.state if run is not None else ""

    def _last_line(self) -> str:
        items = self.document.output(self.prints) or []
        return str(items[-1].get("text", ""))[-20:] if items else ""

    async def _whole_text(self) -> str:
        (key,) = schema.outputs(self.document.replica)[self.prints]
        fields: Any = self.document.replica.records[key]
        text = str(fields["data"]["text"])
        if "cut" not in fields:
            return text
        head, left_out = fields["cut"]
        middle = ""
        while len(middle) < left_out:
            middle += await self._kept(fields, len(middle))
        return text[:head] + middle + text[head + len(notice(left_out)) :]

    async def _kept(self, fields: Any, start: int) -> str:
        kept = await self.workspace.requests.result(
            lambda id_: OutputText(
                id=id_,
                doc=self.document.doc,
                cell=self.prints,
                run=fields["run"],
                index=fields["index"],
                start=start,
                count=500_000,
            ),
            KeptText,
        )
        assert kept.start == start, f"a gap from {start} to {kept.start}"
        assert kept.text, f"nothing from {start} on"
        return kept.text


def check(text: str) -> int:
    """Every line once and in order; returns how many there are."""
    *lines, last = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines):
        assert line == f"line {number}", f"{line!r} where line {number} should be"
    assert last == f"last {len(lines)}"
    return len(lines)
