"""Whatever bytes come, readers say what is wrong or take them; `make fuzz` has a million."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.fuzz import any_bytes
from tests.protocol.hostile import BLOCK, CHECKPOINT, FRAMES, inputs, read_frame, read_log


@given(any_bytes)
@settings(max_examples=200)
def test_bytes_that_somebody_made_up(data: bytes) -> None:
    read_frame(data)
    read_log(data)


@given(st.integers(0, 2**32))
@settings(max_examples=50)
def test_frames_with_something_wrong_in_them(seed: int) -> None:
    random = Random(seed)
    for _ in range(10):
        for read in inputs(random):
            read()


@pytest.mark.parametrize("frame", FRAMES)
def test_frames_that_are_cut_off_anywhere(frame: bytes) -> None:
    for end in range(min(len(frame), 200)):
        read_frame(frame[:end])


@pytest.mark.parametrize("data", [BLOCK, CHECKPOINT], ids=["block", "checkpoint"])
def test_logs_that_are_cut_off_anywhere(data: bytes) -> None:
    for end in range(len(data)):
        read_log(data[:end])
