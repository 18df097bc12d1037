"""Spans: a log in few pieces that do what its patches do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.patch import Cancel, Entry, Op, Patch, PatchId, Splice, TextId
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.spans import Part, Span, part_spans
from tests.sync.logs import any_ops, logs, typing


def plain_text(ops: Iterable[Op]) -> dict[TextId, str]:
    """Texts that begin long enough for any typing, after these operations."""
    found: dict[TextId, str] = defaultdict(lambda: "." * 1000)
    for op in ops:
        if isinstance(op, Splice):
            text = found[op.at]
            found[op.at] = text[: op.pos] + op.insert + text[op.pos + op.delete :]
    return found


def sealed(entries: list[Entry], middle: int) -> list[Block]:
    parts = (entries[:middle], entries[middle:])
    return [Block(encode_block(part)) for part in parts if part]


def spans(blocks: list[Block], *, single: bool = False) -> Iterator[Span]:
    return part_spans([Part(Runs(block), 0, block.count) for block in blocks], single=single)


def check(span: Span, patches: list[Patch]) -> None:
    """Whether a span tells truly what these patches are."""
    assert (span.first, span.parents) == (patches[0].id, patches[0].parents)
    assert all(b.parents == (a.id,) for a, b in pairwise(patches))
    others = [op for patch in patches for op in patch.ops if not isinstance(op, Splice)]
    assert others == [op for op in span.ops if not isinstance(op, Splice)]
    if others:
        assert (span.size, span.time) == (1, patches[0].time)
    counts = [0] * span.size
    for op, unit, patch in zip(span.ops, span.units, span.patches, strict=True):
        if unit in (-1, 0, 1):
            counts[patch] += 1
            assert unit == 1
        else:
            assert isinstance(op, Splice)
            assert len(op.insert) + op.delete == abs(unit)
            assert unit > 0 or not op.insert
            for joined in range(patch, patch + abs(unit)):
                counts[joined] += 1
    assert counts == [len(patch.ops) for patch in patches]


@given(st.data(), st.booleans(), st.integers(0, 12), st.booleans())
def test_spans_do_what_their_patches_do(
    data: st.DataObject, typed: bool, middle: int, single: bool
) -> None:
    entries = data.draw(logs(typing() if typed else any_ops))
    assume(len({entry.patch.id for entry in entries}) == len(entries))
    seq = entries[0].seq
    done = iter(entry.patch for entry in entries)
    named = [p for entry in entries for p in entry.patch.parents]
    for span in spans(sealed(entries, middle), single=single):
        patches = [next(done) for _ in range(span.size)]
        assert span.seq == seq
        assert span.size == 1 or not single
        check(span, patches)
        inner = {patch.id for patch in patches[:-1]}
        assert sum(parent in inner for parent in named) == len(inner)
        if typed:
            ops = [op for patch in patches for op in patch.ops]
            assert plain_text(span.ops) == plain_text(ops)
        seq += span.size
    assert next(done, None) is None


def entry(n: int, *ops: Op) -> Entry:
    parents = (PatchId("a" * 16, n - 1),) if n else ()
    return Entry(n + 1, "ann", "editor", 5, Patch(PatchId("a" * 16, n), n, parents, ops))


def lengths(entries: list[Entry]) -> list[int]:
    """How many patches each span has, with the last entry in the same block or another."""
    found = [span.size for span in spans(sealed(entries, len(entries)))]
    assert found == [span.size for span in spans(sealed(entries, len(entries) - 1))]
    return found


TYPED = [entry(n, Splice(n, 0, "x")) for n in range(10)]


def test_typing_is_joined() -> None:
    erased = [entry(n + 10, Splice(9 - n, 1, "")) for n in range(4)]
    (span,) = spans(sealed(TYPED + erased, 14))
    assert list(span.ops) == [Splice(0, 0, "x" * 10), Splice(6, 4, "")]
    assert (list(span.units), list(span.patches)) == ([10, -4], [0, 10])


def test_a_span_ends_where_somebody_goes_on() -> None:
    other = Patch(PatchId("b" * 16, 0), 5, (TYPED[3].patch.id,), (Splice(0, 0, "y"),))
    assert lengths([*TYPED, Entry(11, "ben", "editor", 5, other)]) == [4, 6, 1]


def test_a_span_is_cancelled_as_a_whole() -> None:
    undo = Patch(PatchId("b" * 16, 0), 5, (TYPED[9].patch.id,), (Cancel("a" * 16, 2, 4),))
    assert lengths([*TYPED, Entry(11, "ben", "editor", 5, undo)]) == [2, 3, 5, 1]
