from __future__ import annotations

from unittest.mock import patch as patched

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history import timeline
from cocalc_tui.history.overview import MANY, Cell, at_first, cell, near, people, spread, whole
from cocalc_tui.history.timeline import LONG_PAUSE, LONGEST, PAUSE, TimeLine, author
from cocalc_tui.sync.versions import Made


def made(user: str, at: int, kind: str = "typing", *, role: str = "editor", lag: int = 0) -> Made:
    return Made(user, role, at, at + lag, kind, None, None)


ANN_THEN_BOB = [
    *(made("ann", 1000 + n) for n in range(5)),
    *(made("bob", 2000 + n) for n in range(3)),
    made("bob", 2010, "paste"),
    made("bob", 2011, "paste"),
    made("bob", 2012 + PAUSE),
    made("host", 3000 + PAUSE, "disk", role="host"),
    made("ann", 4000 + PAUSE + LONG_PAUSE),
]


def test_bursts_are_what_one_person_did_in_a_row() -> None:
    line = TimeLine(ANN_THEN_BOB)
    assert [(one.first, one.last, one.author, one.kind) for one in line.bursts()] == [
        (1, 5, "ann", "typing"),
        (6, 8, "bob", "typing"),
        (9, 9, "bob", "paste"),
        (10, 10, "bob", "paste"),
        (11, 11, "bob", "typing"),
        (12, 12, "disk", "disk"),
        (13, 13, "ann", "typing"),
    ]
    assert line.latest == 13
    assert line.people() == people(whole(line)) == ["ann", "bob", "disk"]


def test_steps() -> None:
    line = TimeLine(ANN_THEN_BOB)
    assert [line.step(13, -1), line.step(7, -1), line.step(5, -1), line.step(0, 1)] == [12, 5, 0, 5]
    assert (line.step(5, 1), line.step(6, 1), line.step(13, 5), line.step(5, 10)) == (8, 8, 13, 13)
    assert [line.step(13, -1, "bob"), line.step(13, -9, "bob"), line.step(8, -1, "bob")] == [
        11,
        8,
        8,
    ]
    assert [line.step(0, 2, "ann"), line.step(5, 1, "bob"), line.step(11, 1, "bob")] == [13, 8, 11]
    assert (line.other_author(10, -1), line.other_author(6, 1)) == (5, 12)
    assert (line.pause(13, -1), line.pause(1, 1)) == (12, 13)
    day = {10: "a", 11: "a"}
    assert line.day(13, -1, lambda at: day.get(at, str(at > 2100))) == 10


def test_times() -> None:
    line = TimeLine(ANN_THEN_BOB)
    assert (line.at(0), line.at(1004), line.at(2003), line.at(10**12)) == (0, 5, 8, 13)


def test_what_came_late_says_so() -> None:
    line = TimeLine([made("ann", 1000), made("bob", 500, lag=600_000)])
    assert [(one.late, one.made) for one in line.bursts()] == [(False, 1000), (True, 500)]


def test_an_empty_line() -> None:
    line = TimeLine([])
    assert (line.latest, line.step(0, 1), line.at(5), line.pause(0, 1)) == (0, 0, 0, 0)
    assert whole(line) == near(line, 0, 9) == spread([], 5) == []


def test_whose_doing_it_is() -> None:
    assert author(made("al", 1, "output", role="host")) == "kernel"
    assert author(made("al", 1, "import", role="host")) == "disk"
    assert author(made("al", 1, role="owner")) == "al"
    assert author(Made("al", "host", 1, 1, "restore", "bob", None)) == "bob"


users = st.sampled_from(["ann", "bob", "cy"])
kinds = st.sampled_from(["typing", "paste", "disk", "output", "undo"])


@given(
    st.lists(st.builds(made, users, st.integers(0, 10**6), kinds), max_size=60),
    st.integers(1, 40),
)
def test_bursts_cover_every_version_once(log: list[Made], width: int) -> None:
    line = TimeLine(log)
    bursts = list(line.bursts())
    covered = [n for one in bursts for n in range(one.first, one.last + 1)]
    assert covered == list(range(1, len(log) + 1))
    assert all(one.last - one.first < LONGEST for one in bursts)
    assert list(line.bursts_before(len(log) + 1)) == bursts[::-1]
    cells = [one for one in spread(whole(line), width) if one is not None]
    assert cells == [cell([b for b in bursts if one.first <= b.first <= one.last]) for one in cells]
    assert sum(one.last - one.first + 1 for one in cells) == len(log)
    for version in range(1, len(log) + 1):
        assert line.burst(version).first <= version <= line.burst(version).last
        assert line.step(version, 1) >= version or line.step(version, 1) == line.latest
        assert line.step(version, -1) < version


@given(
    st.lists(st.builds(made, users, st.integers(0, 10**6), kinds), min_size=1, max_size=60),
    st.integers(1, 7),
)
def test_a_line_is_found_stretch_by_stretch(log: list[Made], stretch: int) -> None:
    """Where a stretch ends a burst ends; else all is as it is at once, however few are kept."""
    log.sort(key=lambda one: one.received)
    at_once = TimeLine(log)
    with patched.object(timeline, "STRETCH", stretch), patched.object(timeline, "KEPT", 2):
        line = TimeLine(log)
        bursts = list(line.bursts())
        lasts = {one.last for one in at_once.bursts()} | set(range(stretch, len(log), stretch))
        assert [one.last for one in bursts] == sorted(lasts)
        assert list(line.bursts_before(len(log) + 1)) == bursts[::-1]
        for version in range(len(log) + 1):
            assert [one for one in bursts if one.last > version] == list(line.bursts(version))
            (here,) = (one for one in bursts if one.first <= max(version, 1) <= one.last)
            assert line.burst(version) == here
        ends = [0, *(one.end for one in bursts)]
        for moment in {*ends, *(end - 1 for end in ends)}:
            before = [one.last for one in bursts if one.end <= moment]
            assert line.at(moment) == max(before, default=0)


def test_a_long_line_is_shown_near_to_where_one_stands() -> None:
    log = [made(f"user{n % 3}", n * 1000 + (n // 10) * LONG_PAUSE) for n in range(MANY + 100)]
    line = TimeLine(log)
    assert at_first(line) is None
    assert at_first(TimeLine(log[:MANY])) is not None
    for version in (0, 1, 7, 40, 500, len(log) - 3, len(log)):
        cells = near(line, version, 60)
        assert cells[0].first <= max(version, 1) <= cells[-1].last
        # All that is there in so much room, pauses too, one after the other.
        drawn = spread(cells, 60)
        assert [one for one in drawn if one is not None] == cells
        assert 55 <= len(drawn) <= 60
        assert None in drawn
    together = whole(line)
    assert len(together) < MANY / 32
    assert [one for one in spread(together, 10) if isinstance(one, Cell)][-1].last == len(log)
