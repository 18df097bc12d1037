from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.snapshots.rules import Rules
from cocalc_tui.server.snapshots.thinning import DAY, Taken, to_drop

NOW = 1_800_000_000
QUARTER = 15 * 60


def every_quarter(days: int) -> list[Taken]:
    return [Taken(f"{at}", at, "automatic") for at in range(NOW - days * DAY, NOW, QUARTER)]


def kept(there: list[Taken], rules: Rules) -> list[Taken]:
    gone = set(to_drop(there, rules))
    return [one for one in there if one.id not in gone]


def test_a_year_is_thinned_to_what_the_rules_say() -> None:
    left = kept(every_quarter(365), Rules())
    ages = sorted(NOW - one.at for one in left)
    assert ages[:24] == [QUARTER * n for n in range(1, 25)]
    assert len({one.at // DAY for one in left}) >= 14
    assert len(left) <= 24 + 14 + 7 + 4
    assert 60 * DAY < ages[-1] <= 120 * DAY, "the fourth month is there"


def test_thinning_each_time_leaves_what_thinning_once_does() -> None:
    rules = Rules(recent=4, daily=3, weekly=2, monthly=2)
    there: list[Taken] = []
    for one in every_quarter(100):
        there = kept([*there, one], rules)
    once = kept(every_quarter(100), rules)
    assert {one.at for one in once if NOW - one.at < 3 * DAY} == {
        one.at for one in there if NOW - one.at < 3 * DAY
    }
    assert len(there) <= 4 + 3 + 2 + 2
    assert NOW - min(one.at for one in there) > 10 * DAY


snapshots = st.lists(
    st.builds(
        Taken,
        st.uuids().map(str),
        st.integers(NOW - 400 * DAY, NOW),
        st.sampled_from(["automatic", "named", "before"]),
    ),
    max_size=60,
)


@given(snapshots)
def test_what_is_named_stays_and_the_newest_too(there: list[Taken]) -> None:
    gone = set(to_drop(there, Rules()))
    assert not [one for one in there if one.kind == "named" and one.id in gone]
    if there:
        newest = max(one.at for one in there)
        assert [one for one in there if one.at == newest and one.id not in gone]


@given(snapshots)
def test_what_was_kept_before_a_restore_stays_for_two_weeks(there: list[Taken]) -> None:
    gone = set(to_drop(there, Rules()))
    newest = max((one.at for one in there), default=0)
    young = [one for one in there if one.kind == "before" and newest - one.at <= 14 * DAY]
    assert not gone & {one.id for one in young}


@given(snapshots)
def test_thinning_twice_takes_no_more(there: list[Taken]) -> None:
    assert to_drop(kept(there, Rules()), Rules()) == []
