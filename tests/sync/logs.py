"""Random logs for Hypothesis: entries of all kinds, not meant to fit each other."""

from __future__ import annotations

from hypothesis import strategies as st

from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    Entry,
    Json,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)

numbers = st.integers(0, 3) | st.integers(0, 2**53)
texts = st.text(max_size=5) | st.sampled_from(
    ["👨‍👩‍👧", "e\u0301", "\r\n", "\f", "\u2028", "\0", "\n"]
)
names = st.sampled_from(["cell", "input", "👾"]) | st.text(max_size=3)
sessions = st.sampled_from(["0123456789abcdef", "fedcba9876543210", "0" * 64])
ids = st.builds(PatchId, sessions, numbers)

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=4)
    | st.just("half a pair: \ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
maybe = st.none() | names
fields = st.dictionaries(names, json_values, max_size=3)
places = st.just(MAIN) | st.builds(TextId, names, names)

splices: st.SearchStrategy[Op] = st.one_of(
    st.builds(Splice, numbers, st.just(0), texts, places),
    st.builds(Splice, numbers, st.integers(0, 3), st.just(""), places),
    st.builds(Splice, numbers, numbers, texts, places),
)
others: st.SearchStrategy[Op] = st.one_of(
    st.builds(Cancel, sessions, numbers, numbers),
    st.builds(Create, names, fields),
    st.builds(Put, names, names, json_values),
    st.builds(Remove, names),
)


@st.composite
def typing(draw: st.DrawFn) -> list[Op]:
    """Operations as somebody makes them who types: on and on, then elsewhere."""
    ops: list[Op] = []
    caret = draw(st.integers(0, 100))
    at = draw(places)
    for action in draw(st.lists(st.sampled_from("iiiibbbdddwr|"), max_size=12)):
        if action == "i":
            ops.append(Splice(caret, 0, draw(texts), at))
            caret += len(ops[-1].insert) if isinstance(ops[-1], Splice) else 0
        elif action == "b" and caret > 1:
            size = draw(st.integers(1, 2))
            caret -= size
            ops.append(Splice(caret, size, "", at))
        elif action == "r":
            ops.append(Splice(caret, 2, "r", at))
            caret += 1
        elif action == "|":
            caret = draw(st.integers(0, 100))
        else:
            ops.append(Splice(caret, 1 + (action == "w"), "", at))
    return ops


any_ops: st.SearchStrategy[list[Op]] = st.one_of(
    st.lists(splices, max_size=3),
    st.lists(others, max_size=3),
    st.lists(splices | others, max_size=3),
    typing(),
)


@st.composite
def logs(
    draw: st.DrawFn, ops: st.SearchStrategy[list[Op]] = any_ops, max_size: int = 12
) -> list[Entry]:
    """Entries with numbers in a row; many of them chains of one session."""
    entries: list[Entry] = []
    seq = draw(st.integers(1, 5))
    time: int = draw(numbers)
    for _ in range(draw(st.integers(1, max_size))):
        goes_on = draw(st.integers(0, 3))
        if entries and goes_on:
            last = entries[-1]
            patch_id = PatchId(last.patch.id.session, last.patch.id.n + 1)
            parents: tuple[PatchId, ...] = (last.patch.id,)
            author, label = last.author, (last.patch.kind, last.patch.acting_for, last.patch.group)
        else:
            patch_id = draw(ids)
            parents = tuple(draw(st.lists(ids, max_size=3)))
            author = draw(st.sampled_from(["ann", "bob"]))
            label = (draw(st.sampled_from(["typing", "undo"])), draw(maybe), draw(maybe))
        time = max(0, time + draw(st.sampled_from([0, 1, 1000, -5]) | numbers))
        patch = Patch(patch_id, time, parents, tuple(draw(ops)), *label)
        received = draw(st.sampled_from([time, time + 1]) | numbers)
        entries.append(Entry(seq, author, draw(st.just("editor") | names), received, patch))
        seq += 1
    return entries
