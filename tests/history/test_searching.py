"""A search finds what a look at every version finds, however much of a long log it skips."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.storage import Year
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
    whole = LogPast(opened(NOTES, 0), NOTEBOOK)
    parted = LogPast(opened(NOTES, 2, 5, 20), NOTEBOOK)
    assert turns(parted, word, way) == turns(whole, word, way)


def test_of_a_year_the_most_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    past = LogPast(opened(list(Year(600).entries()), 20), NOTEBOOK)
    looked: list[int] = []
    content = past.content

    def look(version: int) -> Content:
        looked.append(version)
        return content(version)

    monkeypatch.setattr(past, "content", look)
    assert turns(past, "never", -1) == []
    assert looked == [past.line.latest]


@pytest.mark.parametrize(
    ("kind", "word", "skips"),
    [(TEXT, "a", True), (NOTEBOOK, "a", True), (CHAT, "a", False), (TEXT, "a\nb", False)],
)
def test_what_is_told_of(kind: str, word: str, skips: bool) -> None:
    assert (sought_in(kind, word) is not None) == skips


def test_records_of_a_text_are_not_seen() -> None:
    fields: dict[str, Json] = {"x": "abc"}
    log = log_of([Create("one", fields)], [Splice(0, 0, "ab")], [Remove("one")], [Splice(0, 2, "")])
    past = LogPast(opened(log, 1), TEXT)
    assert turns(past, "abc", 1) == []
    assert turns(past, "ab", 1) == [2, 4]
