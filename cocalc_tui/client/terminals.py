"""What an app asks of a terminal. What its screen shows is told to everybody (topic `screen`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import BlobPart, RecordingFiles, TerminalRows, TerminalScreen
from cocalc_tui.terminal.cast import joined


class Terminal:
    """One terminal; every call raises RequestFailed."""

    def __init__(self, requests: Requests, doc: str) -> None:
        self._requests = requests
        self._doc = doc

    async def open(self, *, again: bool = False) -> TerminalScreen:
        """The whole screen; starts the program where none runs, `again` though it ended."""
        return await self._requests.result(
            lambda id_: m.TerminalOpen(id=id_, doc=self._doc, again=again), TerminalScreen
        )

    async def type(
        self, keys: Sequence[str] = (), text: str = "", paste: str = "", view: str = "", n: int = 0
    ) -> None:
        """Type keys by their names, then a text as it is, then what was pasted.

        What is opened by that from the terminal is shown beside `view`. What has the number `n` of
        a view, from 1 on, is typed once however often it is sent.
        """
        await self._requests.ask(
            lambda id_: m.TerminalType(
                id=id_, doc=self._doc, keys=list(keys), text=text, paste=paste, view=view, n=n
            )
        )

    async def mouse(
        self, what: Literal["press", "release", "move"], button: int, x: int, y: int, modifiers: int
    ) -> None:
        """Give the program the mouse, see `TerminalMouse`."""
        await self._requests.ask(
            lambda id_: m.TerminalMouse(
                id=id_, doc=self._doc, what=what, button=button, x=x, y=y, modifiers=modifiers
            )
        )

    async def size(
        self,
        columns: int,
        lines: int,
        policy: str | None = None,
        colours: tuple[str, str] = ("", ""),
    ) -> None:
        """Say how large my window is, and of which colours its text and ground are (`#rrggbb`)."""
        text, ground = colours
        await self._requests.ask(
            lambda id_: m.TerminalSize(
                id=id_,
                doc=self._doc,
                columns=columns,
                lines=lines,
                policy=policy,
                text=text,
                ground=ground,
            )
        )

    async def keyboard(self, *, mine: bool) -> None:
        """Have the keyboard alone, or give it back."""
        await self._requests.ask(lambda id_: m.TerminalKeyboard(id=id_, doc=self._doc, mine=mine))

    async def history(self, first: int, count: int) -> TerminalRows:
        """Lines that have scrolled out."""
        return await self._requests.result(
            lambda id_: m.TerminalHistory(id=id_, doc=self._doc, first=first, count=count),
            TerminalRows,
        )

    async def recording(self) -> str:
        """All that it showed, as an asciicast; "" where nothing is kept. See `terminal.replay`."""
        found = await self._requests.result(
            lambda id_: m.TerminalFiles(id=id_, doc=self._doc), RecordingFiles
        )
        return joined([await self._file(one.name, one.size) for one in found.files])

    async def _file(self, name: str, size: int) -> str:
        data = b""
        while len(data) < size:
            part = await self._requests.result(
                lambda id_: m.TerminalRecording(
                    id=id_,
                    doc=self._doc,
                    name=name,
                    start=len(data),  # noqa: B023 - asked at once
                ),
                BlobPart,
            )
            if not part.data:
                break
            data += part.data
        return data.decode("utf-8", "replace")

    async def end(self) -> None:
        """Hang up."""
        await self._requests.ask(lambda id_: m.TerminalEnd(id=id_, doc=self._doc))
