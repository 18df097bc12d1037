"""Position keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.order import between

salts = st.text("abc", max_size=3)


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), salts), max_size=60))
def test_a_key_lies_between_its_neighbours(inserts: list[tuple[float, str]]) -> None:
    keys: list[str] = []
    for where, salt in inserts:
        at = int(where * (len(keys) + 1))
        low = keys[at - 1] if at else None
        high = keys[at] if at < len(keys) else None
        key = between(low, high, salt)
        assert low is None or low < key
        assert high is None or key < high
        keys.insert(at, key)
    assert keys == sorted(set(keys))


def test_two_people_at_one_place_get_two_keys_with_room_between() -> None:
    one, other = sorted(between("V", "W", salt) for salt in ("ada", "ben"))
    assert "V" < one < between(one, other, "cy") < other < "W"


def test_neighbours_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="no key lies between"):
        between("b", "a", "")


def test_appending_grows_slowly() -> None:
    key = between(None, None, "")
    for _ in range(200):
        key = between(key, None, "")
    assert len(key) < 8
