"""The graph of patches, and the order in which to go over them."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.branches import chains
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.log import Log
from cocalc_tui.sync.patch import Cancel, Entry, Op, Patch, PatchId, Splice
from cocalc_tui.sync.strand import strands
from cocalc_tui.sync.stretch import fold
from tests.sync.lives import arrivals, lives

ANN, BOB, CAT, DAN = (name * 16 for name in "abcd")


def typed(session: str, n: int, *parents: PatchId, insert: str = "x") -> Patch:
    return Patch(PatchId(session, n), n + len(parents), parents, (Splice(0, 0, insert),))


def add(graph: Graph, patch: Patch) -> PatchId | None:
    (strand,) = strands([patch])
    return graph.add(strand)


def graph_of(*patches: Patch) -> Graph:
    graph = Graph()
    for patch in patches:
        assert add(graph, patch) is None
    return graph


def versions(graph: Graph) -> list[set[int]]:
    """Of each patch: itself and all before it, worked out plainly."""
    seen: list[set[int]] = []
    for index in range(len(graph)):
        older = [seen[parent] for parent in graph.parents(index) if parent != ROOT]
        seen.append({index}.union(*older))
    return seen


@given(lives(most=20))
def test_who_had_seen_what(entries: list[Entry]) -> None:
    graph = graph_of(*(entry.patch for entry in entries))
    seen = versions(graph)
    everything = range(len(graph))
    for index, entry in enumerate(entries):
        assert graph.id(index) == entry.patch.id
        assert graph.index(entry.patch.id) == index
        assert graph.patch(index) == entry.patch
        assert [graph.holds((index,), other) for other in everything] == [
            other in seen[index] for other in everything
        ]
    older = set(chain.from_iterable(map(graph.parents, everything)))
    assert graph.heads == tuple(index for index in (ROOT, *everything) if index not in older)
    critical = {
        index
        for index in everything
        if seen[index] >= set(range(index)) and all(index in seen[i] for i in everything[index:])
    }
    for index in everything:
        assert graph.critical(index) == max({ROOT, *(i for i in critical if i <= index)})
        ranges = graph.critical_ranges(index)
        assert {i for a, b in ranges for i in range(a, b + 1) if i >= index} == {
            i for i in critical if i >= index
        }


@given(lives(most=20), st.integers(0, 3), st.data())
def test_chains_go_over_every_patch_after_its_parents(
    entries: list[Entry], few: int, data: st.DataObject
) -> None:
    graph = graph_of(*data.draw(arrivals([entry.patch for entry in entries])))
    whole = [index for index in range(len(graph)) if graph.critical(index) == index]
    first = data.draw(st.sampled_from([0, *(index + 1 for index in whole)]))
    found = [range(*chain) for chain in chains(graph, first, len(graph), few=few)]
    order = list(chain.from_iterable(found))
    assert sorted(order) == list(range(first, len(graph)))
    place = {index: at for at, index in enumerate(order)}
    for piece in found:
        assert len({graph.id(index).session for index in piece}) == 1
        assert all(graph.parents(index) == (index - 1,) for index in piece[1:])
        for parent in graph.parents(piece[0]):
            assert parent < first or place[parent] < place[piece[0]]


def test_branches_that_came_in_turn_are_gone_over_one_by_one() -> None:
    start = typed(ANN, 0)
    patches = [start]
    last = dict.fromkeys((BOB, CAT, DAN), start.id)
    for n in range(4):
        for session in last:
            patches.append(typed(session, n, last[session]))
            last[session] = patches[-1].id
    patches.append(typed(ANN, 1, *last.values()))
    graph = graph_of(*patches)

    def sessions(few: int) -> str:
        order = chain.from_iterable(range(*c) for c in chains(graph, 0, len(graph), few=few))
        return "".join(graph.id(index).session[0] for index in order)

    assert sessions(4) == "a" + "bcd" * 4 + "a"
    assert sessions(3) == "a" + "bbbb" + "cccc" + "dddd" + "a"
    assert list(chains(graph, 3, 3, few=0)) == []


def test_parents_are_given_back_as_they_were_named() -> None:
    ann, bob = typed(ANN, 0), typed(BOB, 0)
    for parents in [(bob.id, ann.id), (ann.id, ann.id, bob.id), (ann.id, ann.id)]:
        odd = typed(CAT, 0, *parents)
        graph = graph_of(ann, bob, odd)
        assert graph.patch(2) == odd
        assert set(graph.parents(2)) == {graph.index(parent) for parent in parents}


def test_a_patch_beside_an_older_one_of_its_session_is_empty() -> None:
    """A session never makes two concurrent patches: the second does nothing, on every replica."""
    ann, bob = typed(ANN, 0, insert="a"), typed(BOB, 0, insert="b")
    forgetful = typed(BOB, 1, ann.id, insert="c")
    for patches in ([ann, bob, forgetful], [forgetful, bob, ann], [bob, forgetful, ann]):
        document = Document()
        document.apply(patches)
        assert document.refused == {forgetful.id}
        assert document.patch(forgetful.id) == forgetful
        assert document.heads == (forgetful.id,)
        assert str(document.text()) == "ab"


@pytest.mark.parametrize(
    "label", [("paste", None, None), ("typing", "bob", None), ("typing", None, "g")]
)
def test_a_label_is_that_of_its_own_patches(label: tuple[str, str | None, str | None]) -> None:
    patches = [typed(ANN, 0), typed(ANN, 1, PatchId(ANN, 0))]
    patches.append(Patch(PatchId(ANN, 2), 3, (patches[-1].id,), (Splice(0, 0, "y"),), *label))
    patches.append(typed(ANN, 3, patches[-1].id))
    document = Document()
    document.apply(patches)
    assert list(document.patches()) == patches
    assert str(document.text()) == "xyxx"


@pytest.mark.parametrize(
    "ops",
    [
        (Splice(0, 0, "a"), Cancel(ANN, 0, 0)),
        (Cancel(ANN, 0, 1),),
        (Cancel(BOB, 0, 0),),
        (Cancel(ANN, 1, 0),),
        (Cancel(ANN, -1, 0),),
        (Cancel(DAN, 0, 0),),
    ],
)
def test_a_cancel_of_what_its_author_had_not_seen_is_empty(ops: tuple[Op, ...]) -> None:
    ann, bob = typed(ANN, 0), typed(BOB, 0)
    wrong = Patch(PatchId(CAT, 0), 2, (ann.id,), ops)
    document = Document()
    document.apply([ann, bob, wrong])
    assert document.refused == {wrong.id}
    assert str(document.text()) == "xx"


def test_a_patch_waits_for_its_parents_and_the_one_before() -> None:
    graph = graph_of(typed(ANN, 0))
    assert add(graph, typed(ANN, 1, PatchId(BOB, 0))) == PatchId(BOB, 0)
    assert add(graph, typed(BOB, 1, PatchId(ANN, 0))) == PatchId(BOB, 0)
    assert add(graph, typed(ANN, 2, PatchId(ANN, 0))) == PatchId(ANN, 1)
    assert len(graph) == 1


def test_what_came_after_a_checkpoint_is_on_top_of_all_of_it() -> None:
    heads = (PatchId(ANN, 4), PatchId(BOB, 1))
    graph = Graph({ANN: 5, BOB: 2}, heads)
    assert graph.counts() == {ANN: 5, BOB: 2}
    assert graph.index(PatchId(ANN, 4)) == ROOT
    assert graph.index(PatchId(ANN, 5)) is None
    assert graph.ids(graph.heads) == heads
    assert add(graph, typed(CAT, 0)) == heads[0]
    assert add(graph, typed(CAT, 0, PatchId(ANN, 4))) is not None
    undo = Patch(PatchId(CAT, 0), 9, heads, (Cancel(ANN, 4, 4),))
    assert add(graph, undo) == PatchId(ANN, 4)
    assert add(graph, typed(ANN, 5, *heads)) is None
    assert graph.patch(0) == typed(ANN, 5, *heads)
    assert graph.id(0) == PatchId(ANN, 5)
    assert graph.parents(0) == (ROOT,)


def test_how_much_keys_in_a_row_typed_is_the_same_once_they_are_parted() -> None:
    log = Log()
    keys = [(Splice(0, 0, "ab"),), (Splice(2, 0, "c"),), (Splice(3, 0, "def"),)]
    log.extend(0, [1, 2, 3], fold(keys), ("typing", None, None), grows=False)

    def lengths() -> list[int]:
        return [log.length(first, last) for first, last in [(0, 2), (0, 1), (1, 2), (1, 1)]]

    assert lengths() == [6, 3, 4, 1]
    log.cut(1)
    assert lengths() == [6, 3, 4, 1]
