"""A search finds what a look at every version finds, however much of a long log it skips."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.storage import Year
from cocalc_tui.chat import schema as chat
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.history.reading import Content
from cocalc_tui.history.searching import Search
from cocalc_tui.history.sought import sought_in
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TEXT
from cocalc_tui.sync.patch import Create, Entry, Json, Op, Patch, PatchId, Put, Remove, Splice
from tests.sync.test_eras import opened

CELL = schema.input_of("c1")


def log_of(*steps: Sequence[Op]) -> list[Entry]:
    """What somebody did in turn, each an hour after the other."""
    made = [
        Patch(PatchId("a" * 16, n), (n + 1) * 3_600_000, (PatchId("a" * 16, n - 1),)[:n], (*ops,))
        for n, ops in enumerate(steps)
    ]
    return [Entry(seq, "ann", "editor", one.time, one) for seq, one in enumerate(made, 1)]


def typed(text: str, at: int = 0) -> list[list[Op]]:
    return [[Splice(at + place, 0, char, CELL)] for place, char in enumerate(text)]


def printed(run: str, text: str) -> list[Op]:
    return schema.create_output("c1", run, 0, {"output_type": "stream", "text": text})


def turns(past: LogPast, word: str, way: int) -> list[int]:
    """All versions at which a word came or went, one search after the other."""
    found: list[int] = []
    at = past.line.end(-way)
    while True:
        search = Search(past, word, at, way)
        assert search.go_on(lambda: False)
        if search.found is None:
            return found
        found.append(search.found)
        at = search.found - (way < 0)


NOTES = log_of(
    [],
    schema.create_cell("c1", "m"),
    *typed("x = fit(data)"),
    printed("r1", "lifetime 4.5\nfound"),
    *typed("# a remark, 0x1f", 13),
    [Remove(schema.output_key("c1", "r1", 0)), *printed("r2", "lifetime 4.6")],
    schema.create_cell("c2", "p", "markdown", "words"),
    [Put("c2", "cell_type", "raw")],
    [Put(schema.output_key("c1", "r2", 0), "data", {"output_type": "odd", "x": ["list"]})],
    [Splice(4, 3, "lifetime", CELL)],
    *typed("more", 0),
    [Remove("c2")],
    *typed("and more", 0),
    [Remove("c1")],
)


WORDS = "lifetime,4.6,found,remark,fit,0x1f,words,markdown,raw,cell 2,odd,  │ ,abc,m,e,more,never"


@pytest.mark.parametrize("word", WORDS.split(","))
@pytest.mark.parametrize("way", [1, -1])
def test_nothing_is_missed(word: str, way: int) -> None:
    compared(NOTES, NOTEBOOK, word, way)


def compared(log: list[Entry], kind: str, word: str, way: int) -> None:
    by_looking = turns(Looked(opened(log, 0), kind), word, way)
    assert turns(LogPast(opened(log, 2, 5, 8), kind), word, way) == by_looking
    assert turns(LogPast(opened(log, 0), kind), word, way) == by_looking


class Looked(LogPast):
    """A past of which nothing is told without a look."""

    def stretches(self, word: str, version: int, way: int) -> list[tuple[int, bool]]:
        del word, version
        return [(self.line.end(way), False)]


TALK = log_of(
    [],
    chat.say("m1", "ann", 1, "try log scale\nor not"),
    chat.say("m2", "ben", 2, "done, look"),
    chat.react("r1", "m1", "ben", "👍"),
    chat.edit("e1", "m2", "ben", 3, "done, look", "done: ann saw it"),
    chat.say("m3", "ben", 4, "log", thread="m1"),
    chat.take_away("m1"),
    chat.edit("e2", "m2", "ben", 5, "done: ann saw it", "done"),
    chat.take_away("m3"),
    chat.say("m4", "cy", 6, "ben?"),
    chat.take_away("m2"),
)


@pytest.mark.parametrize(
    "word", ["log", "ann", "ben", "ben:", "ben: d", " look", ":", "👍", "or", "done", "e", "never"]
)
@pytest.mark.parametrize("way", [1, -1])
def test_nothing_is_missed_in_a_chat(word: str, way: int) -> None:
    compared(TALK, CHAT, word, way)


def watched(past: LogPast, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The versions that are looked at from now on."""
    looked: list[int] = []
    content = past.content

    def look(version: int) -> Content:
        looked.append(version)
        return content(version)

    monkeypatch.setattr(past, "content", look)
    return looked


@pytest.mark.parametrize(("word", "looks"), [("rare", 6), ("never", 1), ("ann", 7)])
def test_of_a_long_chat_little_is_looked_at(
    word: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        chat.say(f"m{number}", "ann", number, "rare" if number == 130 else "often said")
        for number in range(200)
    ]
    past = LogPast(opened(log_of(*said), 3, 100), CHAT)
    looked = watched(past, monkeypatch)
    search = Search(past, word, past.line.latest, -1)
    assert search.go_on(lambda: False)
    assert search.found == {"rare": 131, "ann": 1}.get(word)
    assert len(looked) <= looks


def test_of_a_year_the_most_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    past = LogPast(opened(list(Year(600).entries()), 20), NOTEBOOK)
    looked = watched(past, monkeypatch)
    assert turns(past, "never", -1) == []
    assert looked == [past.line.latest]


@pytest.mark.parametrize(
    ("kind", "word", "skips"),
    [
        *((kind, "a", True) for kind in (TEXT, NOTEBOOK, CHAT)),
        *((CHAT, word, False) for word in (" a", "ann: a")),
        (TEXT, "a\nb", False),
    ],
)
def test_what_is_told_of(kind: str, word: str, skips: bool) -> None:
    assert (sought_in(kind, word) is not None) == skips


def test_records_of_a_text_are_not_seen() -> None:
    fields: dict[str, Json] = {"x": "abc"}
    log = log_of([Create("one", fields)], [Splice(0, 0, "ab")], [Remove("one")], [Splice(0, 2, "")])
    past = LogPast(opened(log, 1), TEXT)
    assert turns(past, "abc", 1) == []
    assert turns(past, "ab", 1) == [2, 4]
