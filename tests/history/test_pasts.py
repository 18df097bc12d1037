"""What a past says of its versions: names, who did what in them, what a look at them takes."""

from __future__ import annotations

import pytest

from cocalc_tui.chat import schema
from cocalc_tui.history.looks import Look
from cocalc_tui.history.pasts import Edition, Editions, LogPast
from cocalc_tui.notebook import schema as notebook
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TEXT
from cocalc_tui.sync.patch import Entry, Op, Patch, PatchId, Splice
from cocalc_tui.sync.versions import Versions


@pytest.mark.parametrize(
    ("kind", "version", "why"),
    [
        (CHAT, 1, "Each message says who wrote it"),
        (NOTEBOOK, 0, "Nothing is written yet"),
        (TEXT, 1, None),
    ],
)
def test_why_nobody_is_named(kind: str, version: int, why: str | None) -> None:
    ops = schema.say("k1", "ann", 5, "hello") if kind == CHAT else [Splice(0, 0, "hello")]
    patch = Patch(PatchId("a" * 16, 0), 1, (), tuple(ops))
    past = LogPast(Versions([], [Entry(1, "ann", "editor", 5, patch)]), kind)
    blamed = past.blamed(version)
    assert (None if blamed else past.blames_nobody) == why


def log_of(kind: str, *steps: tuple[str, list[Op]]) -> LogPast:
    """What people did in turn, a minute apart."""
    entries: list[Entry] = []
    heads: tuple[PatchId, ...] = ()
    for at, (who, ops) in enumerate(steps, 1):
        patch = Patch(PatchId(who * 16, at), at * 60_000, heads, tuple(ops))
        entries.append(Entry(at, who, "editor", at * 60_000, patch))
        heads = (patch.id,)
    return LogPast(Versions([], entries), kind)


def commits(*texts: str, older: bool = False) -> Editions:
    kept = [
        Edition(f"{at:016x}", "cy", at, f"title {at}", older and not at) for at in range(len(texts))
    ]

    async def fetch(one: Edition) -> bytes:
        return texts[kept.index(one)].encode()

    return Editions(TEXT, kept, fetch, "commit", "")


def test_a_line_is_whose_most_of_it_is_and_as_old_as_that() -> None:
    past = log_of(TEXT, ("a", [Splice(0, 0, "all of a line\n")]), ("b", [Splice(0, 0, "b")]))
    (line,) = past.blamed(2)
    assert (line.text, line.author, line.at) == ("ball of a line", "a", 60_000)


def test_what_came_in_one_step_is_its_authors() -> None:
    made, cell = notebook.create_cell("c1", "m", text="x = 1"), notebook.input_of("c1")
    past = log_of(NOTEBOOK, ("a", made), ("b", [Splice(5, 0, "2", cell)]))
    assert [one.author for _, found in past.difference(0, 2) for one in found] == [""]
    ((_, pieces),) = past.difference(1, 2)
    assert ("2", 1, "b") in pieces


async def test_what_was_before_the_oldest_that_is_listed_is_not_made_up() -> None:
    past, every = commits("one\n", "one\ntwo\n", older=True), commits("one\n")
    assert past.place(2) == "commit 00000000, 2 of 2+"
    assert past.place(0) == "commits before, 0 of 2+"
    assert (past.title(0), every.title(0)) == (
        "older commits are not listed",
        "before anything was there",
    )
    assert past.missing(0)
    assert not every.missing(0)
    await past.fetch(0, 1, 2)
    await every.fetch(0, 1)
    assert (past.content(0), every.content(0)) == ("one\n", "")
    # Nobody is said to have written what was there before.
    assert past.difference(0, 1) == past.difference(1, 1)
    assert past.difference(0, 2) == past.difference(1, 2)
    assert every.difference(0, 1) != every.difference(1, 1)


async def test_a_commit_is_named_and_fetched() -> None:
    past = commits("one\n", "one\ntwo\n")
    assert past.place(2) == "commit 00000000, 2 of 2"
    assert past.place(0) == "no commit yet, 0 of 2"
    assert past.title(2) == "title 1"
    look = Look(past, 2, 1, None, difference=True, blames=False)
    assert look.task() == "fetching commit 00000000 …"
    await past.fetch(1, 2)
    assert look.task() == "making commit 00000000 ready …"
    assert look._replace(before=0).task() == "comparing commit 00000000 with no commit yet …"
    assert look._replace(blames=True).task() == "finding who wrote commit 00000000 …"
    ((_, pieces),) = past.difference(1, 2)
    assert [(one.text, one.author) for one in pieces if one.change] == [("two\n", "cy")]
