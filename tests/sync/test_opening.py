"""Opening from a whole log or from a checkpoint: the same document as patch by patch."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.blocks import COLUMNS, MAGIC
from cocalc_tui.sync.checkpoint import decode_checkpoint, encode_checkpoint
from cocalc_tui.sync.columns import DamagedLog, pack, seal, unseal
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import decode_block, encode_block
from cocalc_tui.sync.identity import digest
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


def sealed(entries: list[Entry], *cuts: int) -> tuple[list[bytes], list[Entry]]:
    edges = sorted({0, *(min(cut, len(entries)) for cut in cuts)})
    blocks = [encode_block(entries[a:b]) for a, b in pairwise(edges)]
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
    saved = document.records.save()
    assert checkpoint.records.live == saved.live
    assert list(checkpoint.records.gone) == list(saved.gone)
    read = read_log(*sealed(entries, cut))
    assert (read.seq, read.heads, read.clock) == (len(entries), document.heads, document.clock)
    assert (read.texts, read.counts) == (checkpoint.texts, checkpoint.counts)
    assert read.records.live == checkpoint.records.live
    assert set(read.records.gone) == set(checkpoint.records.gone)


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


FIRST, NOW = b"ctc\x01", b"ctc\x02"
"""How checkpoints of the first layout begin, and those of today."""


@pytest.mark.parametrize("head", [b"{}", b"[]", b"{", b'{"texts":[["k","f",9]],"heads":[]}', b"["])
@pytest.mark.parametrize(("magic", "used"), [(FIRST, []), (NOW, [b"", b""])])
def test_a_checkpoint_that_makes_no_sense_is_refused(
    head: bytes, magic: bytes, used: list[bytes]
) -> None:
    with pytest.raises(DamagedLog, match="a checkpoint makes no sense"):
        decode_checkpoint(seal(magic, [head, b"", *used]))


@pytest.mark.parametrize("used", [[b"key", pack([2])], [b"\xff", pack([1])], [b""]])
def test_used_keys_that_make_no_sense_are_refused(used: list[bytes]) -> None:
    head, body, *_ = unseal(NOW, encode_checkpoint(applied(TYPED), 5))
    with pytest.raises(DamagedLog, match="a checkpoint makes no sense"):
        decode_checkpoint(seal(NOW, [head, body, *used]))


@pytest.mark.parametrize("key", ["cell", "\ud800", "a\nb"])
def test_a_used_key_stays_used(key: str) -> None:
    log = [entry(0, Create(key, {}), Create("other", {})), entry(1, Remove(key), Remove("other"))]
    data = encode_checkpoint(applied(log), 2)
    again = encode_checkpoint(Document.from_checkpoint(data, 2), 2)
    assert again == data
    document = Document.from_checkpoint(again, 2)
    assert list(document.records.save().gone) == [key, "other"]
    for n, new, there in ((2, key, False), (3, "new", True)):
        document.apply([entry(n, Create(new, {})).patch])
        assert document.records.live(new) is there


def test_a_checkpoint_of_the_first_layout_is_read() -> None:
    log = [entry(0, Create("a", {"x": 1}), Create("b", {})), entry(1, Remove("b"))]
    data = encode_checkpoint(applied(log), 2)
    head, body, _, _ = unseal(NOW, data)
    first = seal(FIRST, [head.removesuffix(b"}") + b',"gone":["b"]}', body])
    assert encode_checkpoint(Document.from_checkpoint(first, 2), 2) == data


def test_texts_of_dead_records_are_left_out_of_a_checkpoint() -> None:
    at = TextId("cell", "input")
    log = [entry(0, Create("cell", {"x": 1}), Splice(0, 0, "gone", at), Splice(0, 0, "here"))]
    log.append(entry(1, Remove("cell")))
    checkpoint = decode_checkpoint(encode_checkpoint(applied(log), 2))
    assert checkpoint.texts == {MAIN: "here"}
    assert list(checkpoint.records.gone) == ["cell"]


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
    with pytest.raises(DamagedLog, match="the log lacks entry 1"):
        read_log([], TYPED[3:])


def test_an_empty_log_is_an_empty_document() -> None:
    document = open_log([])
    assert (document.heads, str(document.text()), document.clock) == ((), "", 0)


def test_the_digest_names_a_set_of_heads() -> None:
    one, other = PatchId("a" * 16, 3), PatchId("b" * 16, 1)
    assert digest([one, other]) == digest([other, one]) != digest([one])
    assert len(digest([])) == 32


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


@pytest.mark.parametrize("seed", range(40))
def test_a_log_of_typing(seed: int) -> None:
    random = Random(seed)
    entries = typing(random, random.randint(1, 3), random.randint(1, 30))
    cuts = [random.randint(0, len(entries)) for _ in range(2)]
    same(open_log(*sealed(entries, *cuts)), applied(entries))


def in_turn(keys: int) -> list[Entry]:
    """Two type at two ends of a text, key by key in turn, and do not see each other's."""
    start = Patch(PatchId("c" * 16, 0), 0, (), (Splice(0, 0, "0123456789"),))
    patches = [start]
    for n in range(keys):
        for name, pos in (("a", n), ("b", 10 + n)):
            before = PatchId(name * 16, n - 1) if n else start.id
            patches.append(Patch(PatchId(name * 16, n), 0, (before,), (Splice(pos, 0, name),)))
    return [Entry(seq, "ann", "editor", 0, patch) for seq, patch in enumerate(patches, 1)]


def test_who_types_in_turn_with_others() -> None:
    entries = in_turn(100)
    for cut in (0, 90, 201):
        same(open_log(*sealed(entries, cut)), applied(entries))


def test_the_second_of_a_number_is_refused() -> None:
    entry = Entry(1, "ann", "editor", 0, Patch(PatchId("a" * 16, 0), 0, (), (Splice(0, 0, "x"),)))
    with pytest.raises(DamagedLog, match="the log lacks patch 1 of a"):
        read_log([encode_block([entry])], [entry._replace(seq=2)])


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
    for blocks in ([], [encode_block(entries)]):
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
        read_log([forged])
    with pytest.raises(DamagedLog, match=reason):
        decode_block(forged)


@given(st.integers(0, 50), st.data())
def test_a_forged_block_of_typing_is_an_error_or_a_log(seed: int, data: st.DataObject) -> None:
    columns = [bytearray(c) for c in unseal(MAGIC, encode_block(typing(Random(seed), turns=6)))]
    column = columns[data.draw(st.integers(0, len(columns) - 1))]
    at = data.draw(st.integers(0, len(column)))
    column[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(DamagedLog):
        read_log([seal(MAGIC, [bytes(column) for column in columns])])
