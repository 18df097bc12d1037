from __future__ import annotations

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
    ),
    max_size=20,
)


def put(*parts: str) -> Printed:
    made = Printed()
    for part in parts:
        made.add(part)
    return made


@given(PROGRESS)
@example(["\x1b[31ma\r", "bb\r", "c", "\x1b[A\r"])
def test_how_it_came_in_messages_makes_no_difference(parts: list[str]) -> None:
    assert put(*parts).text == put("".join(parts)).text


@given(PROGRESS, st.integers(0, 20))
def test_going_on_from_what_is_kept_makes_no_difference(parts: list[str], stop: int) -> None:
    kept = put(*parts[:stop])
    going_on = Printed(kept.text, kept.cut)
    for part in parts[stop:]:
        going_on.add(part)
    assert going_on.text == put(*parts).text


@given(st.lists(st.text(alphabet="abc \n", max_size=40), max_size=60), st.integers(0, 60))
def test_the_same_for_long_texts(parts: list[str], stop: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printed, "HEAD", 50)
        patch.setattr(printed, "TAIL", 70)
        patch.setattr(printed, "_NEARBY", 12)
        whole = put("".join(parts))
        assert put(*parts).text == whole.text
        kept = put(*parts[:stop])
        going_on = Printed(kept.text, kept.cut)
        for part in parts[stop:]:
            going_on.add(part)
        assert going_on.text == whole.text
        assert going_on.cut == whole.cut
        check_cut("".join(parts), whole)


def check_cut(said: str, kept: Printed) -> None:
    if kept.cut is None:
        assert kept.text == said
        return
    head = kept.text[: kept.cut.head]
    tail = kept.text[len(head) + len(notice(kept.cut.left_out)) :]
    assert said.startswith(head)
    assert said.endswith(tail)
    assert len(head) + kept.cut.left_out + len(tail) == len(said)


def on_a_terminal(text: str) -> list[str]:
    """The plainest terminal: what is written over what, columns of plain characters."""
    lines: list[list[str]] = [[]]
    column = 0
    for character in text:
        if character == "\n":
            lines.append([])
            column = 0
        elif character == "\r":
            column = 0
        else:
            line = lines[-1]
            line += [" "] * (column + 1 - len(line))
            line[column] = character
            column += 1
    return ["".join(line) for line in lines]


@given(st.lists(st.text(alphabet="abc\r\n", max_size=8), max_size=20))
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
