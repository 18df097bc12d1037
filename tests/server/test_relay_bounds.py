"""What is too much for a document, or from one person: refused or put off, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.client import attending
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import WorkRefused, WorkspaceEvent
from cocalc_tui.client.keep import copies
from cocalc_tui.protocol import messages as m
from cocalc_tui.server.relay import allowance, growth
from cocalc_tui.server.relay.allowance import AT_ONCE, OVERHEAD, RATE, Allowance
from cocalc_tui.server.relay.growth import Growth
from cocalc_tui.sync.patch import Splice
from tests.server.apps import BOB, typed
from tests.server.hosting import Box, running, text, type_in, until

LIMIT = 1000


async def saved(box: Box, document: SharedDocument) -> None:
    await until(lambda: document.sent)
    await box.host.open[document.doc].save()


async def test_a_text_is_not_typed_beyond_what_a_file_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(growth, "LARGEST_OPENED", LIMIT)
    async with running(tmp_path) as box:
        box.write("a.txt", "h" * 600)
        ben, alice = await box.person(), await box.person("alice")
        his, hers = await ben.open("a.txt"), await alice.open("a.txt")
        news: list[WorkspaceEvent] = []
        ben.subscribe(news.append)
        await saved(box, his)
        type_in(his, 0, "i" * 300)
        await saved(box, his)
        type_in(hers, 0, "her own ")
        await until(lambda: hers.sent and text(his) == text(hers))

        before = text(his)
        type_in(his, 0, "j" * 200)
        await until(lambda: copies() and text(his) == before)
        (copy,) = copies()
        assert copy.text == "j" * 200 + before
        assert copy.reason == "it has the 32 MB that a file may have; delete some of it to add more"
        assert text(hers) == before

        type_in(his, 8, "", 300)
        await saved(box, his)
        type_in(his, 0, "k" * 200)
        await saved(box, his)
        assert box.read("a.txt") == text(hers) == "k" * 200 + "her own " + "h" * 600
        assert len([event for event in news if isinstance(event, WorkRefused)]) == 1


async def test_what_another_program_wrote_is_taken_in_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(growth, "LARGEST_OPENED", LIMIT)
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await saved(box, document)
        box.write("a.txt", "zero\none\n" + "x" * LIMIT)
        await saved(box, document)
        await until(lambda: text(document) == "zero\none\n" + "x" * LIMIT)
        type_in(document, 0, "y")
        await until(lambda: copies() and text(document) == "zero\none\n" + "x" * LIMIT)
        type_in(document, 0, "", 500)
        await saved(box, document)
        assert box.read("a.txt") == ("zero\none\n" + "x" * LIMIT)[500:]


async def test_who_puts_in_too_much_at_once_waits_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "AT_ONCE", LIMIT)
    monkeypatch.setattr(allowance, "RATE", 0)
    monkeypatch.setattr(attending, "DISK_PAUSE", 0.02)
    async with running(tmp_path) as box:
        ben, alice = await box.person(), await box.person("alice")
        box.write("a.txt", "held")
        his, hers = await ben.open("a.txt"), await alice.open("a.txt")
        type_in(his, 0, "x" * LIMIT)
        await until(lambda: his.sent)
        type_in(his, 0, "y")
        await until(lambda: his.trouble)
        assert his.trouble == (
            "ben put 64 MB into documents within a short time; "
            "the rest waits here, and is stored bit by bit"
        )
        type_in(hers, 0, "hers ")
        await until(lambda: hers.sent)
        assert not his.sent
        assert text(hers) == "hers " + "x" * LIMIT + "held"
        monkeypatch.setattr(allowance, "RATE", 2**30)
        await until(lambda: his.sent and not his.trouble and "y" in text(hers))
        assert sorted(text(hers)) == sorted("y" + "hers " + "x" * LIMIT + "held")
        assert text(hers) == text(his)


def test_the_first_is_free_then_it_is_a_rate_and_clocks_that_jump_do_no_harm() -> None:
    now = 10**12
    allowed = Allowance(lambda: now)
    assert allowed.spend("bob", AT_ONCE)
    assert not allowed.spend("bob", 1)
    assert allowed.spend("eve", 1)
    now -= 10**9
    assert not allowed.spend("bob", 1)
    now += 1000 * OVERHEAD // RATE
    assert not allowed.spend("bob", 1)
    now += 1000
    assert allowed.spend("bob", 1)
    now += 10**15
    assert allowed.spend("bob", AT_ONCE)
    assert not allowed.spend("bob", 1)


def entry(seq: int, size: int, role: str = "editor") -> m.WireEntry:
    patch = typed(BOB, seq, ops=(Splice(0, 0, "x" * size),))
    return m.WireEntry(seq, "bob", role, 0, patch)


def test_what_was_added_counts_until_it_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "LARGEST_OPENED", 10 * 2**20)
    found = Growth()
    found.came([entry(1, 2**24)])
    assert found.has_room(2**40), "it was never measured"
    found.measured(1, 2**20)
    assert found.has_room(9 * 2**20)
    assert not found.has_room(9 * 2**20 + 1)
    found.came([entry(2, 2**20, "host")])
    assert found.has_room(9 * 2**20)
    for seq in range(3, 203):
        found.came([entry(seq, 1000)])
    assert not found.has_room(9 * 2**20 - 200 * 1000)
    assert len(found._since) < 5
    found.measured(202, 2**20)
    assert found.has_room(9 * 2**20)
