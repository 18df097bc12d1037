"""Threads: a log session by session, and columns of typing taken apart as those are."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.blocks import COLUMNS, MAGIC, Block
from cocalc_tui.sync.columns import DamagedLog, pack, seal, unseal
from cocalc_tui.sync.encoding import decode_block, encode_block
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.opening import read_log
from cocalc_tui.sync.patch import Cancel, Create, Entry, Op, Patch, PatchId, Splice
from cocalc_tui.sync.strand import Strand
from cocalc_tui.sync.threads import threads
from cocalc_tui.sync.typed import is_typing


def typing(random: Random, people: int = 3, turns: int = 20) -> list[Entry]:
    """People who type in turn, some keys at a time, and look at what others did now and then."""
    entries: list[Entry] = []
    counts = [0] * people
    carets = [0] * people
    for _ in range(turns):
        who = random.randrange(people)
        seen = random.random() < 0.3
        kind = random.choice("iiibbdrme")
        for _ in range(random.randint(1, 4)):
            patch_id = PatchId("abc"[who] * 16, counts[who])
            parents = {PatchId(patch_id.session, patch_id.n - 1)} if patch_id.n else set()
            if entries and (seen or not random.randrange(9)):
                parents.add(random.choice(entries[-5:]).patch.id)
                seen = False
            ops = _keys(random, kind, carets[who])
            carets[who] = max(0, ops[-1].pos + len(ops[-1].insert))
            patch = Patch(patch_id, len(entries), tuple(sorted(parents)), tuple(ops))
            entries.append(Entry(len(entries) + 1, "ann", "editor", 0, patch))
            counts[who] += 1
    return entries


def _keys(random: Random, kind: str, caret: int) -> list[Splice]:
    if kind == "b":
        return [Splice(caret - 1, 1, "")]
    if kind == "d":
        return [Splice(caret, random.choice([1, 1, 1, 2]), "")]
    if kind == "r":
        return [Splice(caret, 2, "R")]
    if kind == "m":
        return [Splice(caret, 0, "mm"), Splice(caret + 2, 0, "m"), Splice(caret + 2, 1, "")]
    if kind == "e":
        return [Splice(random.randint(0, 30), 0, random.choice(["", "e", "ee"]))]
    return [Splice(caret, 0, random.choice(["i", "i", "i", "ii"]))]


def plain(ops: tuple[Op, ...]) -> str:
    """What splices do to a text that is long enough."""
    text = "." * 500
    for op in ops:
        assert isinstance(op, Splice)
        pos = op.pos + 50
        text = text[:pos] + op.insert + text[pos + op.delete :]
    return text


def check(strands: list[Strand], line: int, entries: list[Entry]) -> None:
    """Whether strands are what the patches are, parents first, and begin as a line."""
    by_id = {entry.patch.id: entry.patch for entry in entries}
    found = [patch for strand in strands for patch in strand.patches()]
    assert len(found) == len(by_id)
    done: set[PatchId] = set()
    for patch in found:
        assert done.issuperset(patch.parents)
        done.add(patch.id)
        assert patch.parents == by_id[patch.id].parents
        assert plain(patch.ops) == plain(by_id[patch.id].ops)
    graph = Graph()
    assert [graph.add(strand) for strand in strands] == [None] * len(strands)
    size = sum(len(strand.times) for strand in strands[:line])
    assert graph.critical(size - 1) == size - 1
    assert all(patch.parents == (before.id,) for before, patch in pairwise(found[:size]))


@pytest.mark.parametrize("seed", range(150))
def test_a_log_of_typing(seed: int) -> None:
    random = Random(seed)
    entries = typing(random, random.randint(1, 3), random.randint(1, 30))
    ends = sorted({0, *(random.randint(0, len(entries)) for _ in range(2))})
    blocks = [Block(encode_block(entries[a:b])) for a, b in pairwise(ends)]
    check(*threads(blocks, entries[ends[-1] :]), entries)
    check(*threads([], entries), entries)


def in_turn(keys: int) -> list[Entry]:
    """Two type at two ends of a text, key by key in turn, and do not see each other's."""
    start = Patch(PatchId("c" * 16, 0), 0, (), (Splice(0, 0, "0123456789"),))
    patches = [start]
    for n in range(keys):
        for name, pos in (("a", n), ("b", 10 + n)):
            before = PatchId(name * 16, n - 1) if n else start.id
            patches.append(Patch(PatchId(name * 16, n), 0, (before,), (Splice(pos, 0, name),)))
    return [Entry(seq, "ann", "editor", 0, patch) for seq, patch in enumerate(patches, 1)]


def test_who_types_in_turn_with_others_still_types_in_a_row() -> None:
    """So opening costs what two people did, not how often one came after the other."""
    entries = in_turn(300)
    middle = len(entries) // 2
    parts = (entries[:middle], entries[middle:])
    strands, line = threads([Block(encode_block(part)) for part in parts], [])
    check(strands, line, entries)
    assert (line, len(strands)) == (1, 3)
    assert [len(strand.steps) for strand in strands] == [1, 2, 2]
    graph = Graph()
    for strand in strands:
        graph.add(strand)
    assert len(graph.pieces) == 3
    assert read_log([], entries).texts == read_log([Block(encode_block(entries))]).texts


def test_a_line_ends_before_what_somebody_cancels() -> None:
    ops: list[Op] = [Splice(0, 0, word) for word in ("one", "two", "three")]
    ops.append(Cancel("a" * 16, 2, 2))
    entries = []
    before: tuple[PatchId, ...] = ()
    for n, op in enumerate(ops):
        patch = Patch(PatchId("a" * 16, n), n, before, (op,))
        entries.append(Entry(n + 1, "ann", "editor", 0, patch))
        before = (patch.id,)
    for blocks in ([], [Block(encode_block(entries))]):
        strands, line = threads(blocks, [] if blocks else entries)
        assert sum(len(strand.times) for strand in strands[:line]) == 2


def test_what_is_not_only_typing_is_read_otherwise() -> None:
    for op in (Create("k", {}), Cancel("a" * 16, 0, 0), Splice(0, 0, "")):
        entry = Entry(1, "ann", "editor", 0, Patch(PatchId("a" * 16, 0), 0, (), (op,)))
        assert not is_typing(Block(encode_block([entry])))


def test_the_second_of_a_number_is_refused() -> None:
    entry = Entry(1, "ann", "editor", 0, Patch(PatchId("a" * 16, 0), 0, (), (Splice(0, 0, "x"),)))
    with pytest.raises(DamagedLog, match="the log lacks patch 1 of a"):
        threads([Block(encode_block([entry]))], [entry])


def test_nobody_there_is_an_empty_line() -> None:
    assert threads([], []) == ([], 0)


@pytest.mark.parametrize("later", [[], ["b"]])
def test_what_stands_on_nothing_known_is_no_line(later: list[str]) -> None:
    """Not even where somebody who saw all of it comes late."""
    one, two = PatchId("a" * 16, 0), PatchId("a" * 16, 1)
    patches = [
        Patch(one, 1, (), (Splice(0, 0, "x"),)),
        Patch(two, 1, (PatchId("f" * 16, 9),), (Splice(0, 0, "x"),)),
        *(Patch(PatchId(name * 16, 0), 1, (one,), (Splice(0, 0, "x"),)) for name in later),
    ]
    entries = [Entry(n, "ann", "editor", 0, patch) for n, patch in enumerate(patches, 1)]
    for blocks in ([], [Block(encode_block(entries))]):
        with pytest.raises(DamagedLog, match="the log lacks patch 9 of ffff"):
            read_log(blocks, [] if blocks else entries)


FORGED = [
    ("again", [1 << 40, 0, 0], "claims to be too long"),
    ("again", [7, 0, 0], "wrong number of operations"),
    ("typed", b"x", "lacks typed text"),
    ("more", [0, 1, 0], "runs of more than one session"),
]


@pytest.mark.parametrize(("column", "values", "reason"), FORGED)
def test_columns_of_typing_that_do_not_fit(
    column: str, values: list[int] | bytes, reason: str
) -> None:
    patches = [
        Patch(PatchId("a" * 16, 0), 1, (), (Splice(0, 0, "a"),)),
        Patch(PatchId("a" * 16, 1), 2, (PatchId("a" * 16, 0),), (Splice(1, 0, "a"),)),
        Patch(PatchId("b" * 16, 0), 3, (PatchId("a" * 16, 1),), (Splice(0, 0, "b"),)),
        Patch(PatchId("a" * 16, 2), 4, (PatchId("b" * 16, 0),), (Splice(0, 0, "a"),)),
    ]
    entries = [Entry(n, "ann", "editor", 0, patch) for n, patch in enumerate(patches, 1)]
    columns = dict(zip(COLUMNS, unseal(MAGIC, encode_block(entries)), strict=True))
    assert columns["more"] == pack([1, 0, 0])
    columns[column] = values if isinstance(values, bytes) else pack(values)
    forged = seal(MAGIC, list(columns.values()))
    with pytest.raises(DamagedLog, match=reason):
        threads([Block(forged)], [])
    with pytest.raises(DamagedLog, match=reason):
        decode_block(forged)


@given(st.integers(0, 50), st.data())
def test_a_forged_block_of_typing_is_an_error_or_a_log(seed: int, data: st.DataObject) -> None:
    columns = [bytearray(c) for c in unseal(MAGIC, encode_block(typing(Random(seed), turns=6)))]
    column = columns[data.draw(st.integers(0, len(columns) - 1))]
    at = data.draw(st.integers(0, len(column)))
    column[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(DamagedLog):
        read_log([Block(seal(MAGIC, [bytes(column) for column in columns]))])
