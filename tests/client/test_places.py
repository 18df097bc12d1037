"""Places stay where people are, whatever overtakes what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Place, Places, Seen, carry, from_wire, to_wire
from cocalc_tui.client.wire import NoWire
from cocalc_tui.sync.patch import MAIN, Entry, Json, PatchId, Splice, TextChange

ME, OTHER, THIRD = "a" * 16, "b" * 16, "c" * 16
MARK = "\ue000"


@given(st.text("xy", max_size=9), st.data())
def test_a_place_stays_at_its_character(text: str, data: st.DataObject) -> None:
    caret = data.draw(st.integers(0, len(text)))
    pos = data.draw(st.integers(0, len(text)))
    delete = data.draw(st.integers(0, len(text) - pos))
    insert = data.draw(st.text("z", max_size=3))
    marked = text[:caret] + MARK + text[caret:]
    # The mark is a character that nobody deletes; what is typed at it goes behind it.
    start = pos + (caret <= pos)
    end = pos + delete + (caret <= pos + delete)
    removed = marked[start:end].replace(MARK, "")
    kept = MARK if MARK in marked[start:end] else ""
    after = marked[:start] + kept + insert + marked[end:]
    assert len(removed) == delete
    assert carry(caret, TextChange(MAIN, pos, delete, insert, PatchId(ME, 0))) == after.index(MARK)


def test_a_place_is_carried_through_what_its_sender_had_not_seen() -> None:
    places = Places({PatchId(THIRD, 0): 7, PatchId(THIRD, 1): 8}.get)
    places.changed(TextChange(MAIN, 0, 0, "seen ", PatchId(THIRD, 0)))
    places.changed(TextChange(MAIN, 0, 0, "new ", PatchId(THIRD, 1)))
    places.changed(TextChange(MAIN, 0, 0, "mine ", PatchId(ME, 0)))
    places.moved("c1", "bob", to_wire(Place(MAIN, 10, 12), Seen(OTHER, 7, 0)))
    (bob,) = places.others()
    assert (bob.place.caret, bob.place.anchor) == (19, 21)


def test_who_types_has_their_caret_behind_it() -> None:
    places = Places(lambda _: None)
    places.moved("c1", "bob", to_wire(Place(MAIN, 3), Seen(OTHER, 0, 0)))
    places.changed(TextChange(MAIN, 3, 0, "word", PatchId(OTHER, 1)))
    (bob,) = places.others()
    assert bob.place.caret == 7
    assert bob.moved == 2


def test_a_place_said_before_its_patch_came_is_not_moved_by_it() -> None:
    places = Places(lambda _: None)
    places.moved("c1", "bob", to_wire(Place(MAIN, 3), Seen(OTHER, 0, 1)))
    places.changed(TextChange(MAIN, 9, 0, "word", PatchId(OTHER, 1)))
    places.changed(TextChange(MAIN, 0, 0, "I", PatchId(ME, 0)))
    assert [bob.place.caret for bob in places.others()] == [4]
    places.changed(TextChange(MAIN, 9, 0, "word", PatchId(OTHER, 2)))
    assert [bob.place.caret for bob in places.others()] == [13]


class Line(NoWire):
    """Hands one document's patches and places to another's, when it is told to."""

    def __init__(self) -> None:
        self.said: list[dict[str, Json]] = []

    def stands(self, document: SharedDocument, place: dict[str, Json]) -> None:
        self.said.append(place)


def test_who_types_need_not_say_where_they_are() -> None:
    line = Line()
    mine = SharedDocument("a.txt", "text", ME, wire=line)
    theirs = SharedDocument("a.txt", "text", OTHER)
    mine.stand(Place(MAIN, 0))
    theirs.somebody_moved("c1", "al", line.said.pop())
    seq = 0

    def type_(text: str, at: int, stand: int) -> None:
        nonlocal seq
        mine.change([Splice(at, 0, text)])
        mine.stand(Place(MAIN, stand))
        for place in line.said:
            theirs.somebody_moved("c1", "al", place)
        (patch,) = mine.outbox.take()
        seq += 1
        theirs.arrived([Entry(seq, "al", "editor", 0, patch)])
        mine.acknowledged([(patch.id.n, seq)])
        assert theirs.others[0].place == Place(MAIN, stand)

    type_("hello", 0, 5)
    type_(" all", 5, 9)
    assert not line.said
    type_("()", 9, 10)
    assert len(line.said) == 1
    theirs.change([Splice(0, 0, ">")])
    (patch,) = theirs.outbox.take()
    seq += 1
    mine.arrived([Entry(seq, "bo", "editor", 0, patch)])
    type_("x", 11, 12)
    assert len(line.said) == 1, "what others type moves me for everybody alike"


def test_leaving_and_forgetting() -> None:
    places = Places(lambda _: None)
    wire = to_wire(Place(cell="k"), Seen(OTHER, 0, 0))
    places.moved("c1", "bob", wire)
    places.moved("c2", "eve", wire)
    places.moved("c1", "bob", None)
    assert [other.user for other in places.others()] == ["eve"]
    places.forget()
    assert places.others() == []


def test_malformed_places_are_harmless() -> None:
    bad: list[dict[str, Json]] = [
        {},
        {"at": 5, "caret": "x"},
        {"at": ["a"], "caret": -1},
        {"at": ["k", "input"], "caret": True, "anchor": None, "seq": [], "n": {}, "cell": 3},
    ]
    for wire in bad:
        place, seen = from_wire(wire)
        assert place.caret == 0
        assert (seen.seq, seen.n) == (0, -1)


def test_who_just_came_is_told_where_i_am() -> None:
    said: list[dict[str, Json]] = []

    class Listening(NoWire):
        def stands(self, document: SharedDocument, place: dict[str, Json]) -> None:
            said.append(place)

    document = SharedDocument("a.txt", "text", ME, wire=Listening())
    document.somebody_moved("c1", "bob", to_wire(Place(), Seen(OTHER, 0, 0)))
    document.somebody_moved("c1", "bob", to_wire(Place(MAIN, 2), Seen(OTHER, 0, 0)))
    assert len(said) == 1


def test_more_carets_are_told_and_carried() -> None:
    places = Places(lambda _: None)
    more = ((4, None), (8, 6))
    wire = to_wire(Place(MAIN, 2, more=more), Seen(OTHER, 0, 0))
    places.moved("c1", "bob", wire)
    assert places.others()[0].place.more == more
    places.changed(TextChange(MAIN, 5, 0, "new", PatchId(ME, 0)))
    (bob,) = places.others()
    assert (bob.place.caret, bob.place.more) == (2, ((4, None), (11, 9)))


def test_malformed_carets_are_left_out() -> None:
    wire: dict[str, Json] = {"more": [[1], 2, [3, None], ["x", -5], [True, 4]]}
    assert from_wire(wire)[0].more == ((3, None), (0, 0), (0, 4))
    assert from_wire({"more": [[1, 2]] * 1000})[0].more == ((1, 2),) * 50
