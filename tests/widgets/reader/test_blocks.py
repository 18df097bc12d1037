"""A long text in blocks shows what it would show in one piece."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook.printed import HEAD, TAIL
from cocalc_tui.protocol.events import KeptText
from cocalc_tui.query import Query
from cocalc_tui.widgets.outputs.rows import WHOLE
from cocalc_tui.widgets.outputs.text import stream_rows
from cocalc_tui.widgets.reader import blocks, longtext
from cocalc_tui.widgets.reader.blocks import Piece, pieces
from cocalc_tui.widgets.reader.longtext import LongText
from tests.widgets.outputs.frames import frame, stream, texts


def text_of(text: LongText, width: int = 40) -> list[str]:
    found: list[str] = []
    for block in pieces(text, 0, stderr=False):
        found += texts(block.lay(frame(width)).rows, width)
    return found


@given(st.text(st.sampled_from("ab\nü世"), max_size=200), st.integers(1, 40))
def test_all_lines_are_there_once(text: str, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "PIECE", piece)
        whole = texts(stream_rows(stream(text), frame(40, WHOLE)))
        assert [line for line in text_of(LongText(text)) if line] == [one for one in whole if one]
        assert text_of(LongText(text)) == whole


@given(st.lists(st.integers(0, 90), max_size=12), st.integers(5, 40))
def test_nothing_of_very_long_lines_is_lost(lengths: list[int], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "PIECE", piece)
        patch.setattr(blocks, "LONGEST_LINE", 16)
        text = "\n".join("".join(chr(97 + at % 26) for at in range(length)) for length in lengths)
        shown = "".join(text_of(LongText(text), 8))
        assert shown == text.replace("\n", "")


class Kept:
    """A text on the relay side, of which some may be gone."""

    def __init__(self, middle: str, gone: range = range(0)) -> None:
        self.middle, self.gone, self.asked = middle, gone, 0

    async def fetch(self, start: int) -> KeptText:
        self.asked += 1
        if start in self.gone:
            start = self.gone.stop
        end = self.gone.start if start < self.gone.start else len(self.middle)
        return KeptText(start=start, text=self.middle[start : min(end, start + 7)])


@given(st.text(max_size=90), st.integers(0, 99), st.integers(0, 99))
async def test_the_middle_is_fetched(middle: str, start: int, end: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(longtext, "FETCHED", 20)
        kept = Kept(middle)
        text = LongText("head", len(middle), "tail", kept.fetch)
        whole = f"head{middle}tail"
        assert len(text) == len(whole)
        assert await text.fetch(start, end) == whole[start:end]
        asked = kept.asked
        assert text.here(start, end) == whole[start:end]
        assert kept.asked == asked


async def test_what_is_not_kept_is_a_gap_that_says_so(monkeypatch: Any) -> None:
    monkeypatch.setattr(longtext, "FETCHED", 1000)
    kept = Kept("x" * 100 + "?" * 300 + "y" * 100, range(100, 400))
    text = LongText("head", 500, "tail", kept.fetch)
    found = await text.fetch(0, len(text))
    assert len(found) == len(text)
    assert "\n[300 characters are not kept]\n" in found
    assert found.startswith("head" + "x" * 100)
    assert found.endswith("y" * 100 + "tail")
    nobody = LongText("head", 500, "tail", missing="can be read later")
    assert "[500 characters can be read later]" in await nobody.fetch(0, 508)


async def test_few_parts_are_kept(monkeypatch: Any) -> None:
    monkeypatch.setattr(longtext, "FETCHED", 10)
    kept = Kept("0123456789" * 100)
    text = LongText("", 1000, "", kept.fetch)
    for start in range(0, 1000, 10):
        await text.fetch(start, start + 10)
    assert len(text._parts) == longtext.KEPT
    assert text.here(0, 5) is None


async def test_a_block_says_that_it_waits() -> None:
    size = HEAD + TAIL
    text = LongText("a\n" * 8, size, "z\n", Kept("m\n" * (size // 2)).fetch)
    found = [*pieces(text, 3, stderr=True)]
    block = found[2]
    assert isinstance(block, Piece)
    assert block.lay(frame()).waits
    before = block.here
    await block.load()
    assert (before, block.here) == (False, True)
    laid = block.lay(frame())
    assert not laid.waits
    assert len(laid.rows) == blocks.PIECE // 2
    assert block.may_hold(Query("M")) is False
    assert block.may_hold(Query("m")) is True
    assert block.output == 3
