"""`open FILE` within a terminal, and what is printed to look like it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    OpenPlace,
)
from cocalc_tui.server.terminals import starting
from cocalc_tui.server.terminals.opener import read_sequence, sequence
from cocalc_tui.server.terminals.starting import TerminalGrounds
from tests.server.terminals.relay_side import DOC, Side, until


async def test_open_shows_files_to_who_typed_it(grounds: TerminalGrounds, notes: Path) -> None:
    side = await Side(grounds).start()
    await side.open()
    await side.type("cd /; echo ready\r")
    await side.shows("ready")
    request = m.TerminalType(id=1, doc=DOC, text=f"open {notes}:3; echo $?\r", view="v1")
    await side.ask(request, user="bob")
    await until(lambda: side.opens)
    (said,) = side.opens
    assert (said.user, said.view, said.asks) == ("bob", "v1", False)
    assert said.places == [OpenPlace(path="notes.md", line=3)]
    await side.type(f"open {notes.parent.parent}/secret nothing\r")
    await side.shows("not in the project")
    await side.type("open nothing\r")
    await side.shows("no such file")
    await side.terminals.close()
    assert len(side.opens) == 1


async def test_open_is_there_where_a_profile_forgets_the_path(
    grounds: TerminalGrounds, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "shell", lambda: "/bin/sh")
    (Path(grounds.environment["HOME"]) / ".profile").write_text("PATH=/usr/bin:/bin\n")
    side = await Side(grounds).start()
    await side.open()
    await side.type(f"command -v open; open {notes}; sh\r")
    await until(lambda: side.opens)
    await side.type(f"open {notes}:2\r")
    await until(lambda: len(side.opens) == 2)
    assert [one.places[0].line for one in side.opens] == [0, 2]
    await side.terminals.close()


async def test_what_is_printed_opens_nothing(grounds: TerminalGrounds, notes: Path) -> None:
    side = await Side(grounds).start()
    await side.open()
    for name, path in (("evil", str(notes)), ("worse", "/etc/passwd"), ("far", "../secret")):
        (grounds.project / name).write_text(sequence([{"path": path, "line": 0}]))
    await side.type("cat worse far; sleep 1.1; cat evil; echo o''ver\r")
    await side.shows("over")
    await until(lambda: side.opens)
    assert [(one.asks, one.places) for one in side.opens] == [(True, [OpenPlace(path="notes.md")])]
    await side.terminals.close()


@pytest.mark.parametrize(
    "content",
    [
        b"52;c;eA==",
        b"7117;open;!!",
        b"7117;shut;W10=",
        b"7117;open;W10=",
        b"7117;open;" + base64.b64encode(b'[{"path": 1}]'),
        b"7117;open;" + base64.b64encode(b'[{"path": "x", "line": "y"}]'),
        b"7117;open;" + base64.b64encode(b'["x"]'),
        b"7117;open;" + base64.b64encode(b'{"path": "x"}'),
        b"7117;open;" + base64.b64encode(b"[" + b'{"path": "x"},' * 20 + b"{}]"),
    ],
)
def test_nonsense_offers_nothing(content: bytes) -> None:
    assert read_sequence(content) is None


def test_the_sequence_goes_through_tmux() -> None:
    places: list[dict[str, object]] = [{"path": "/x", "line": 2}]
    inner = sequence(places, tmux=True).removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert inner.replace("\x1b\x1b", "\x1b") == sequence(places)
    assert read_sequence(sequence(places)[2:-1].encode()) == places
