from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cocalc_tui.notebook import printed
from cocalc_tui.notebook.printed import HEAD, LONGEST_LINE, TAIL, Printed, fold_line, notice

PIECE = st.text(alphabet="ab█\r\n\x1b[0m32K漢 \t", max_size=12)
PROGRESS = st.lists(
    st.one_of(
        PIECE,
        st.sampled_from(["\r", "\n", "\r\x1b[2K", "\x1b[31m", "\x1b[0m", "50%", "100%", "\x1b[A"]),
        st.sampled_from(
            ["\x1b[2A", "\x1b[1B", "\x1b[3G", "\x1b[H", "\x1b[J", "\x1b[1", "\x1b]0;t"]
        ),
    ),
    max_size=20,
)


def put(*parts: str) -> Printed:
    made = Printed()
    for part in parts:
        made.add(part)
    return made


def go_on(kept: Printed) -> Printed:
    return Printed(kept.text, kept.cut, moves=kept.moves)


@given(PROGRESS)
@example(["\x1b[31ma\r", "bb\r", "c", "\x1b[A\r"])
def test_how_it_came_in_messages_makes_no_difference(parts: list[str]) -> None:
    assert put(*parts).text == put("".join(parts)).text


@given(PROGRESS, st.integers(0, 20))
def test_going_on_from_what_is_kept_makes_no_difference(parts: list[str], stop: int) -> None:
    kept = put(*parts[:stop])
    going_on = go_on(kept)
    for part in parts[stop:]:
        going_on.add(part)
    assert going_on.text == put(*parts).text


@given(st.lists(st.text(alphabet="abc \n", max_size=40), max_size=60), st.integers(0, 60))
def test_the_same_for_long_texts(parts: list[str], stop: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printed, "HEAD", 50)
        patch.setattr(printed, "TAIL", 70)
        patch.setattr(printed, "_NEARBY", 12)
        spilled: list[str] = []
        whole = Printed(spill=spilled.append)
        whole.add("".join(parts))
        assert put(*parts).text == whole.text
        kept = put(*parts[:stop])
        going_on = go_on(kept)
        for part in parts[stop:]:
            going_on.add(part)
        assert going_on.text == whole.text
        assert going_on.cut == whole.cut
        check_cut("".join(parts), whole)
        text = whole.text
        whole.settle()
        assert whole.text == text
        check_spilled("".join(parts), whole, "".join(spilled))


def check_cut(said: str, kept: Printed) -> None:
    if kept.cut is None:
        assert kept.text == said
        return
    head = kept.text[: kept.cut.head]
    tail = kept.text[len(head) + len(notice(kept.cut.left_out)) :]
    assert said.startswith(head)
    assert said.endswith(tail)
    assert len(head) + kept.cut.left_out + len(tail) == len(said)


def check_spilled(said: str, kept: Printed, spilled: str) -> None:
    """Head, what was left out, and tail are all of it."""
    if kept.cut is None:
        assert not spilled
        return
    head = kept.text[: kept.cut.head]
    tail = kept.text[len(head) + len(notice(kept.cut.left_out)) :]
    assert head + spilled + tail == said


def on_a_terminal(text: str) -> list[str]:
    """The plainest terminal: what is written over what, columns of plain characters."""
    lines: list[list[str]] = [[]]
    row = column = 0
    for token in re.findall(r"\x1b\[\d*[A-K]|\x1b\[\d*m|[^\x1b]", text):
        n = int("".join(filter(str.isdigit, token[2:])) or 1)
        line = lines[row]
        match token if len(token) == 1 else token[-1]:
            case "\n":
                row, column = row + 1, 0
                lines += [[]] * (row == len(lines))
                lines[row] = lines[row][:]
            case "\r":
                column = 0
            case "A" if len(token) > 1:
                row = max(0, row - n)
            case "B" if len(token) > 1:
                row = min(len(lines) - 1, row + n)
            case "G" if len(token) > 1:
                column = n - 1
            case "K" if len(token) > 1:
                del line[0 if n == 2 else column :]
            case "m" if len(token) > 1:
                pass
            case character:
                line += [" "] * (column + 1 - len(line))
                line[column] = character
                column += 1
    return ["".join(line) for line in lines]


MOVING = st.lists(
    st.one_of(
        st.text(alphabet="abc\r\n", max_size=8),
        st.sampled_from(
            ["\x1b[A", "\x1b[2A", "\x1b[B", "\x1b[3G", "\x1b[K", "\x1b[2K", "\x1b[32m"]
        ),
        st.sampled_from(["\r\x1b[2K\x1b[1A\x1b[2K", "\n\r 50%\x1b[A", "\r 10%"]),
    ),
    max_size=25,
)


@given(MOVING)
def test_folded_it_looks_the_same(parts: list[str]) -> None:
    assert on_a_terminal(put(*parts).text) == on_a_terminal("".join(parts))


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("plain", "plain"),
        ("1%\r50%\r100%", "100%"),
        ("100%\r2%", "100%\r2%"),
        ("abc\r", "abc\r"),
        ("\x1b[32m50%\x1b[0m\r\x1b[32m60%\x1b[0m", "\x1b[32m60%\x1b[0m"),
        ("\x1b[32m50%\r60%", "\x1b[32m50%\r60%"),
        ("a long line\r\x1b[2Kb", "\x1b[2Kb"),
        ("a long line\r\x1b[Kb\r\x1b[2Kc", "\x1b[2Kc"),
        ("a\x1b[A\rbbbbbbbb", "a\x1b[A\rbbbbbbbb"),
        ("漢字\rabc", "漢字\rabc"),
        ("漢字\rabcd", "abcd"),
        ("█░\r██", "██"),
        ("\r\r\rx", "x"),
    ],
)
def test_lines(line: str, folded: str) -> None:
    assert fold_line(line, whole=True) == folded


def test_a_progress_bar_stays_small() -> None:
    bar = Printed()
    for n in range(100_000):
        bar.add(f"\r{n / 1000:.1f}% |{'█' * (n // 10_000):10}|")
    assert len(bar.text) < 100
    bar.add("\n")
    assert bar.text == "100.0% |█████████ |\n"


def test_bars_below_each_other_stay_small() -> None:
    """As tqdm draws them: down, write, up."""
    bars = Printed()
    for n in range(20_000):
        bars.add(f"\router: {n // 100}%")
        bars.add(f"\n\r\x1b[32minner: {n % 100}%\x1b[0m   \x1b[A")
    assert len(bars.text) < 100
    assert on_a_terminal(bars.text) == ["outer: 199%", "inner: 99%   "]


def test_a_table_that_is_drawn_anew_stays_small() -> None:
    """As rich draws what is live: erase upwards, write all lines."""
    live = Printed()
    live.add("before\n")
    for n in range(5_000):
        up = "\r\x1b[2K" + "\x1b[1A\x1b[2K" * 9 if n else ""
        live.add(up + "\n".join(f"row {row}: {n}" for row in range(10)))
    live.add("\nafter\n")
    rows = [f"row {row}: 4999" for row in range(10)]
    assert on_a_terminal(live.text) == ["before", *rows, "after", ""]
    assert len(live.text) < 200


def test_what_scrolled_off_is_finished() -> None:
    moving = Printed()
    moving.add("\x1b[A")
    for n in range(1000):
        moving.add(f"\x1b[32m{n}\x1b[0m\n")
    moving.add("\x1b[999A\rtop")
    lines = on_a_terminal(moving.text)
    assert lines[:3] == ["0", "1", "2"]
    assert lines[900:903] == ["900", "top", "902"]


def test_a_screen_of_long_lines_is_bounded() -> None:
    moving = Printed()
    moving.add("\x1b[A")
    for _ in range(100):
        moving.add("x" * 10_000 + "\r\n")
    moving.add("y" * 1_000_000)
    assert len(moving.text) <= HEAD + TAIL + 100
    assert moving.cut is not None


def test_a_flood_keeps_head_and_tail() -> None:
    flood = Printed()
    for n in range(0, 1_000_000, 1000):
        flood.add("".join(f"{k}\n" for k in range(n, n + 1000)))
    assert flood.text.startswith("0\n1\n2\n")
    assert flood.text.endswith("\n999998\n999999\n")
    assert len(flood.text) <= HEAD + TAIL + 100
    assert flood.cut is not None
    assert notice(flood.cut.left_out) in flood.text
    check_cut("".join(f"{k}\n" for k in range(1_000_000)), flood)


def test_a_line_without_end_is_bounded() -> None:
    line = Printed()
    for _ in range(1000):
        line.add("x" * 1000)
    assert len(line.text) <= HEAD + TAIL + LONGEST_LINE + 100
