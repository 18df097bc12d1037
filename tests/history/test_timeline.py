from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history.timeline import LONG_PAUSE, LONGEST, PAUSE, TimeLine, author, legend
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
    assert [(one.first, one.last, one.author, one.kind) for one in line.bursts] == [
        (1, 5, "ann", "typing"),
        (6, 8, "bob", "typing"),
        (9, 9, "bob", "paste"),
        (10, 10, "bob", "paste"),
        (11, 11, "bob", "typing"),
        (12, 12, "disk", "disk"),
        (13, 13, "ann", "typing"),
    ]
    assert line.latest == 13
    assert legend(line.bursts) == ["ann", "bob", "disk"]


def test_steps() -> None:
    line = TimeLine(ANN_THEN_BOB)
    assert [line.step(13, -1), line.step(7, -1), line.step(5, -1), line.step(0, 1)] == [12, 5, 0, 8]
    assert (line.step(5, 1), line.step(13, 5), line.step(5, 10)) == (8, 13, 13)
    assert (line.other_author(10, -1), line.other_author(6, 1)) == (5, 12)
    assert (line.pause(13, -1), line.pause(1, 1)) == (12, 13)
    day = {10: "a", 11: "a"}
    assert line.day(13, -1, lambda at: day.get(at, str(at > 2100))) == 10


def test_times() -> None:
    line = TimeLine(ANN_THEN_BOB)
    assert (line.at(0), line.at(1004), line.at(2003), line.at(10**12)) == (0, 5, 8, 13)


def test_what_came_late_says_so() -> None:
    line = TimeLine([made("ann", 1000), made("bob", 500, lag=600_000)])
    assert [(one.late, one.made) for one in line.bursts] == [(False, 1000), (True, 500)]


def test_an_empty_line() -> None:
    line = TimeLine([])
    assert (line.latest, line.step(0, 1), line.at(5), line.columns(5)) == (0, 0, 0, [[]] * 5)


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
    covered = [n for one in line.bursts for n in range(one.first, one.last + 1)]
    assert covered == list(range(1, len(log) + 1))
    assert all(one.last - one.first < LONGEST for one in line.bursts)
    assert [one for cell in line.columns(width) for one in cell] == line.bursts
    for version in range(1, len(log) + 1):
        assert line.burst(version).first <= version <= line.burst(version).last
        assert line.step(version, 1) >= version or line.step(version, 1) == line.latest
        assert line.step(version, -1) < version
