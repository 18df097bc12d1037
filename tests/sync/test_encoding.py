"""Rows and sealed blocks: all of an entry comes back, damage is one clear error."""

from __future__ import annotations

import json
import sys
from hashlib import blake2b
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cocalc_tui.sync.blocks import COLUMNS, ELSEWHERE, MAGIC, Block, extent, readable, values
from cocalc_tui.sync.columns import (
    DamagedLog,
    Reader,
    all_ones,
    odd_ones,
    pack,
    seal,
    unpack,
    unseal,
    unzigzag,
    zigzag,
)
from cocalc_tui.sync.encoding import decode_block, encode_block
from cocalc_tui.sync.operations import entries as entries_of
from cocalc_tui.sync.patch import Create, Entry, Json, Op, Patch, PatchId, Put, Splice
from cocalc_tui.sync.rows import decode_row, encode_row
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.spans import Part, Span, part_spans
from tests.sync.logs import json_values, logs


@given(logs())
def test_rows_bring_back_everything(entries: list[Entry]) -> None:
    for entry in entries:
        row = encode_row(entry)
        assert "\n" not in row
        assert repr(decode_row(row)) == repr(entry)
        assert repr(decode_row(row.encode())) == repr(entry)


@given(logs())
def test_blocks_bring_back_everything(entries: list[Entry]) -> None:
    assert repr(decode_block(encode_block(entries))) == repr(entries)


def entry(*ops: Op, n: int = 0) -> Entry:
    parents = (PatchId("a" * 16, n - 1),) if n else ()
    return Entry(n + 1, "ann", "editor", 5, Patch(PatchId("a" * 16, n), 5, parents, ops))


def test_what_comes_again_far_behind_is_packed_once() -> None:
    page = Random(1).randbytes(20_000).hex()
    entries = [entry(Splice(n * len(page), 0, page), n=n) for n in range(4)]
    block = encode_block(entries)
    assert decode_block(block) == entries
    assert len(block) < 0.6 * len(page), "of four pages one, at half a byte for each hex digit"
    columns = unseal(MAGIC, block)
    simply = seal(MAGIC, columns)
    assert len(simply) > 2 * len(page) > 3 * len(block)
    assert decode_block(simply) == entries, "as earlier releases sealed it"


def test_every_code_point() -> None:
    text = "".join(map(chr, range(sys.maxunicode + 1)))
    text = text[:0xD800] + text[0xE000:]
    assert decode_row(encode_row(entry(Splice(0, 0, text)))).patch.ops == (Splice(0, 0, text),)
    typed = [entry(Splice(n, 0, char), n=n) for n, char in enumerate(text[::97])]
    assert decode_block(encode_block(typed)) == typed
    assert len(encode_block(typed)) < 4 * len(typed)


def test_typing_costs_little() -> None:
    typed = [entry(Splice(n, 0, "a"), n=n) for n in range(5000)]
    erased = [entry(Splice(9999 - n, 1, ""), n=n) for n in range(5000, 10000)]
    assert len(encode_block(typed + erased)) < 300


def test_half_a_surrogate_pair_is_kept_in_a_field() -> None:
    made = entry(Create("cell", {"text": "\ud83d", "more": "é"}))
    encode_row(made).encode()
    assert decode_row(encode_row(made)) == made
    assert decode_block(encode_block([made])) == [made]


@pytest.mark.parametrize("seqs", [[], [1, 3], [2, 1]])
def test_a_block_has_no_gaps(seqs: list[int]) -> None:
    made = entry(Splice(0, 0, "a"))
    with pytest.raises(ValueError, match="follow each other"):
        encode_block([Entry(s, "ann", "editor", 5, made.patch) for s in seqs])


def test_numbers_out_of_range_are_not_stored() -> None:
    with pytest.raises(ValueError, match="out of range"):
        encode_block([entry(Splice(0, -1, ""))])


@given(logs(), st.data())
def test_a_damaged_block_is_one_clear_error(entries: list[Entry], data: st.DataObject) -> None:
    block = bytearray(encode_block(entries))
    at = data.draw(st.integers(0, len(block) - 1))
    if data.draw(st.booleans()):
        del block[at:]
    else:
        block[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedLog):
        decode_block(bytes(block))


@given(logs(), st.data())
def test_a_forged_block_is_an_error_or_a_log(entries: list[Entry], data: st.DataObject) -> None:
    """The checksum is right and the content is not: no crash and no hang."""
    columns = [bytearray(column) for column in unseal(MAGIC, encode_block(entries))]
    column = columns[data.draw(st.integers(0, len(columns) - 1))]
    at = data.draw(st.integers(0, len(column)))
    column[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        block = Block(seal(MAGIC, [bytes(column) for column in columns]))
        for made in entries_of(block):
            encode_row(made)
        with readable():
            part = Part(Runs(block), 0, block.count)
        for span in part_spans([part]):
            assert isinstance(span, Span)
    except DamagedLog:
        pass


RECORDS = [
    entry(Splice(0, 0, "abc"), Create("k", {"x": 1}), Splice(0, 1, "z")),
    entry(Splice(5, 0, "d"), n=1),
]


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("block", [1, 1 << 40, 5], "claims to be too long"),
        ("block", [1, 3, 5], "wrong number of entries"),
        ("more", [1 << 40], "wrong number of entries"),
        ("again", [1 << 40, 0, 0, 0], "claims to be too long"),
        ("inserts", [4], "lacks typed text"),
        ("operations", [9], "wrong number of operations"),
        ("time gaps", [5], "column is too long"),
        ("names", b"[[1],[],[],[]]", "names that are no text"),
        ("names", b"[" * 100_000, "makes no sense"),
        ("value", b"7", "a record without fields"),
        ("record", [], "makes no sense"),
        ("text", [9], "makes no sense"),
    ],
)
def test_columns_that_do_not_fit(column: str, values: list[int] | bytes, reason: str) -> None:
    columns = dict(zip(COLUMNS, unseal(MAGIC, encode_block(RECORDS)), strict=True))
    columns[column] = values if isinstance(values, bytes) else pack(values)
    if column == "text":
        columns["kind"] = bytes([columns["kind"][0] | ELSEWHERE]) + columns["kind"][1:]
    block = seal(MAGIC, list(columns.values()))
    with pytest.raises(DamagedLog, match=reason):
        decode_block(block)


@given(st.data())
def test_a_torn_row_is_one_clear_error(data: st.DataObject) -> None:
    row = encode_row(entry(Splice(0, 0, "a"), Create("k", {})))
    with pytest.raises(DamagedLog):
        decode_row(row[: data.draw(st.integers(0, len(row) - 1))])


@given(logs(max_size=1), json_values, st.data())
def test_a_row_of_another_form_is_one_clear_error(
    entries: list[Entry], junk: Json, data: st.DataObject
) -> None:
    row = json.loads(encode_row(entries[0]))
    name = data.draw(st.sampled_from(sorted(row)))
    if name == "ops" and row["ops"]:
        row["ops"][0] = junk
    else:
        row[name] = junk
    try:
        encode_row(decode_row(json.dumps(row)))
    except DamagedLog:
        return


@pytest.mark.parametrize("row", ["", "[]", "{}", "7", '{"seq":1}', "[" * 100_000, "9" * 5000])
def test_junk_is_no_row(row: str) -> None:
    with pytest.raises(DamagedLog, match="a row of the log makes no sense"):
        decode_row(row)


@given(st.lists(st.integers(0, 2**70 - 1)))
def test_numbers_come_back(values: list[int]) -> None:
    assert unpack(pack(values)) == values
    assert [unzigzag(zigzag(v)) for v in values] == values
    assert [unzigzag(zigzag(-v)) for v in values] == [-v for v in values]
    assert all_ones(*odd_ones(values, 1), 1, len(values)) == values


@given(st.lists(st.tuples(st.integers(0, 2**22), st.integers(1, 30))))
@example([(300, 20), (1, 1), (300, 20), (2**20, 2), (300, 13)])
def test_numbers_alike_in_a_row_come_back(rows: list[tuple[int, int]]) -> None:
    values = [value for value, count in rows for _ in range(count)]
    assert unpack(pack(values)) == values


@given(st.lists(st.integers(0, 3)), st.data())
def test_sums_of_mostly_ones(values: list[int], data: st.DataObject) -> None:
    reader = Reader(*odd_ones(values, 1))
    while values:
        ones = reader.ones(data.draw(st.integers(0, len(values))))
        assert set(values[:ones]) <= {1}
        count = data.draw(st.integers(0, len(values) - ones))
        assert reader.take(count) == sum(values[ones : ones + count])
        values = values[ones + count :]


@pytest.mark.parametrize("junk", [b"\x80", b"\x80" * 100 + b"\x01"])
def test_junk_is_no_number(junk: bytes) -> None:
    with pytest.raises(DamagedLog):
        unpack(junk)


def forged(body: bytes) -> bytes:
    return b"x" + blake2b(body, digest_size=8).digest() + body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "length is cut off"),
        (b"\xff" * 50, "length is cut off"),
        (b"\x01\x05\x09ab", "column is too long"),
        (pack([1, 1 << 40, 1]) + b"a", "column is too long"),
        (pack([1, 100, 3]) + b"\xff\xff\xff", "does not unpack"),
        (pack([1, 100, 3]) + b"\x07\x7f\x7f", "does not unpack"),
        (pack([1, 100, 2]) + b"\x03\x00", "wrong length"),
    ],
)
def test_a_file_that_lies_about_its_columns(body: bytes, reason: str) -> None:
    with pytest.raises(DamagedLog, match=reason):
        unseal(b"x", forged(body))


def test_another_kind_of_file() -> None:
    with pytest.raises(DamagedLog, match="another kind"):
        unseal(b"x", b"yyyy")


def test_a_block_s_extent_is_known_before_it_is_read() -> None:
    data = encode_block(RECORDS)
    assert extent(data) == (RECORDS[0].seq, len(RECORDS))
    for bad in (b"yyyy", data[:12], b"ctb\x01" + bytes(20)):
        with pytest.raises(DamagedLog):
            extent(bad)


def test_what_fields_were_set_to_is_known_before_the_rest_is_read() -> None:
    name = "5a17" * 16
    block = encode_block(
        [entry(Create("k", {"n": name}), Splice(0, 0, "typed")), entry(Put("k", "n", "é"), n=1)]
    )
    assert values(block).decode() == f'{{"n":"{name}"}}\n"é"'
    with pytest.raises(DamagedLog):
        values(block[:-1])
