"""Opening from a whole log or from a checkpoint: the same document as patch by patch."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.checkpoint import decode_checkpoint, encode_checkpoint
from cocalc_tui.sync.columns import DamagedLog, seal
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.identity import LogIdentity, digest
from cocalc_tui.sync.opening import open_log, read_log
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    Entry,
    Op,
    Patch,
    PatchId,
    Remove,
    Splice,
    TextId,
)
from tests.sync.lives import ACTIONS, TEXTS, lives


def sealed(entries: list[Entry], *cuts: int) -> tuple[list[Block], list[Entry]]:
    edges = sorted({0, *(min(cut, len(entries)) for cut in cuts)})
    blocks = [Block(encode_block(entries[a:b])) for a, b in pairwise(edges)]
    return blocks, entries[edges[-1] :]


def applied(entries: list[Entry]) -> Document:
    document = Document()
    for entry in entries:
        document.apply([entry.patch])
    return document


def same(one: Document, other: Document) -> None:
    assert one.heads == other.heads
    assert one.clock == other.clock
    assert one.counts() == other.counts()
    assert dict(one.records) == dict(other.records)
    for at in TEXTS:
        if at == MAIN or at.key in one.records:
            assert str(one.text(at)) == str(other.text(at))


@given(
    lives() | lives("tttbbddren" + "p-s") | lives("ttbd", 6),
    st.lists(st.integers(0, 40), max_size=2),
    st.data(),
)
def test_a_document_goes_on_from_its_log(
    entries: list[Entry], cuts: list[int], data: st.DataObject
) -> None:
    """And from a checkpoint of it; what needs older patches says so."""
    known = data.draw(st.integers(0, len(entries)))
    whole = applied(entries[:known])
    from_log = open_log(*sealed(entries[:known], *cuts))
    same(from_log, whole)
    from_log_again = Document.from_checkpoint(encode_checkpoint(from_log, known), known)
    same(from_log_again, whole)
    young = [from_log, from_log_again]
    young.append(Document.from_checkpoint(encode_checkpoint(whole, known), known))
    for entry in entries[known:]:
        whole.apply([entry.patch])
        for document in young:
            document.apply([entry.patch])
            if not document.missing():
                same(document, whole)
    assert len({frozenset(document.missing()) for document in young}) == 1


@given(lives(ACTIONS), st.integers(0, 40))
def test_a_checkpoint_brings_back_all(entries: list[Entry], cut: int) -> None:
    document = applied(entries)
    checkpoint = decode_checkpoint(encode_checkpoint(document, 7), version=digest(document.heads))
    assert checkpoint.seq == 7
    assert checkpoint.heads == document.heads
    assert checkpoint.records == document.records.save()
    read = read_log(*sealed(entries, cut))
    assert (read.seq, read.heads, read.clock) == (len(entries), document.heads, document.clock)


def entry(n: int, *ops: Op) -> Entry:
    parents = (PatchId("a" * 16, n - 1),) if n else ()
    return Entry(n + 1, "ann", "editor", 0, Patch(PatchId("a" * 16, n), n + 1, parents, ops))


TYPED = [entry(n, Splice(n, 0, char)) for n, char in enumerate("hello")]


def test_a_checkpoint_of_another_version_is_refused() -> None:
    data = encode_checkpoint(applied(TYPED), 5)
    wanted = digest(applied(TYPED[:4]).heads)
    with pytest.raises(DamagedLog, match="another version; read the log"):
        decode_checkpoint(data, version=wanted)


def test_a_damaged_checkpoint_is_refused() -> None:
    data = encode_checkpoint(applied(TYPED), 5)
    for at in range(len(data)):
        with pytest.raises(DamagedLog, match="a checkpoint cannot be used"):
            decode_checkpoint(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(DamagedLog, match="a checkpoint cannot be used"):
            decode_checkpoint(data[:at])


@pytest.mark.parametrize("head", [b"{}", b"[]", b"{", b'{"texts":[["k","f",9]],"heads":[]}', b"["])
def test_a_checkpoint_that_makes_no_sense_is_refused(head: bytes) -> None:
    with pytest.raises(DamagedLog, match="a checkpoint makes no sense"):
        decode_checkpoint(seal(b"ctc\x01", [head, b""]))


def test_texts_of_dead_records_are_left_out_of_a_checkpoint() -> None:
    at = TextId("cell", "input")
    log = [entry(0, Create("cell", {"x": 1}), Splice(0, 0, "gone", at), Splice(0, 0, "here"))]
    log.append(entry(1, Remove("cell")))
    checkpoint = decode_checkpoint(encode_checkpoint(applied(log), 2))
    assert checkpoint.texts == {MAIN: "here"}
    assert checkpoint.records.gone == ["cell"]


def test_a_long_line_needs_no_merge() -> None:
    """Big splices, here and there, cross the chunks in which a line is read."""
    text = "".join(f"line {i}\n" for i in range(3000))
    log = [
        entry(0, Splice(0, 0, text)),
        entry(1, Splice(20_000, 0, "x" * 9000)),
        entry(2, Splice(10, 25_000, "y")),
        entry(3, Splice(3, 1, "")),
        entry(4, Splice(len(text) + 9000 - 25_000, 0, "end")),
    ]
    assert str(open_log(*sealed(log, 5)).text()) == str(applied(log).text())


@pytest.mark.parametrize("cut", [0, 3, 7])
def test_what_comes_after_the_line_is_merged(cut: int) -> None:
    late = Patch(PatchId("b" * 16, 0), 9, (TYPED[2].patch.id,), (Splice(3, 0, "p! "),))
    both = Patch(PatchId("b" * 16, 1), 9, (TYPED[4].patch.id, late.id), (Splice(0, 0, ">"),))
    log = [*TYPED, *(Entry(n, "ben", "editor", 0, p) for n, p in ((6, late), (7, both)))]
    document = open_log(*sealed(log, cut))
    same(document, applied(log))
    assert str(document.text()) == ">hellop! "


@pytest.mark.parametrize(
    "ops",
    [
        (Splice(9, 0, "beyond"),),
        (Splice(0, 9, ""),),
        (Splice(0, 0, "half a pair: \ud800"),),
        (Remove("never made"),),
        (Cancel("a" * 16, 5, 5),),
        (Cancel("b" * 16, 0, 0),),
        (Cancel("a" * 16, 0, 0),),
    ],
)
def test_what_does_not_fit_counts_as_empty(ops: tuple[Op, ...]) -> None:
    log = [*TYPED, entry(5, *ops), entry(6, Splice(0, 0, ">"))]
    same(open_log(*sealed(log, 7)), applied(log))
    same(open_log(*sealed(log, 3)), applied(log))


def test_a_log_without_its_beginning_is_refused() -> None:
    with pytest.raises(DamagedLog, match="the log lacks patch 0 of a"):
        read_log([], TYPED[3:])


def test_an_empty_log_is_an_empty_document() -> None:
    document = open_log([])
    assert (document.heads, str(document.text()), document.clock) == ((), "", 0)


def test_the_digest_names_a_set_of_heads() -> None:
    one, other = PatchId("a" * 16, 3), PatchId("b" * 16, 1)
    assert digest([one, other]) == digest([other, one]) != digest([one])
    assert len(digest([])) == 32
    assert LogIdentity("f00d", 2) == ("f00d", 2)
