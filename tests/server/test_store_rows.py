"""Rows made straight from the wire say what rows made of whole patches say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.protocol.patches import entry_to_wire
from cocalc_tui.server.store.log import _row
from cocalc_tui.sync.patch import Entry, Op, Patch, PatchId, Splice, TextId
from cocalc_tui.sync.rows import decode_row, encode_row
from tests.protocol.test_patches import patches

names = st.text("abc/", max_size=3)
splices: st.SearchStrategy[Op] = st.builds(
    Splice,
    st.integers(0, 2**53),
    st.integers(0, 2**53),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.builds(TextId, names, names),
)
typed = st.builds(
    lambda n, follows, ops, kind: Patch(
        PatchId("a" * 16, n),
        7,
        (PatchId("a" * 16, n - 1),) if n and follows else (),
        tuple(ops),
        kind,
    ),
    st.integers(0, 3),
    st.booleans(),
    st.lists(splices, max_size=3),
    st.sampled_from(["typing", "paste"]),
)


@given(st.one_of(patches, typed), st.integers(1, 2**53))
def test_a_row_of_the_wire_is_a_row_of_the_entry(patch: Patch, seq: int) -> None:
    entry = Entry(seq, "alice", "editor", 1_700_000_000_000, patch)
    row = _row(entry_to_wire(entry))
    assert repr(decode_row(row)) == repr(decode_row(encode_row(entry)))
    row.encode()
