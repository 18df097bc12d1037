"""Recordings: what is read is what was shown, at any moment, and what a player draws."""

from __future__ import annotations

import json
import random

import pytest

from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.terminal.cast import KEY, Cast, Shown, joined
from cocalc_tui.terminal.replay import Replay

BEGUN = 1_700_000_000_000
WORDS = ["", "one", "\x1b[31mred\x1b[0m rest", "wide 中文", "x" * 24, "\x1b[1;4mbold", "  a  b"]


def steps(seed: int, count: int) -> list[tuple[Shown, list[str] | None]]:
    """Screens as programs make them, and the lines that scrolled out before each."""
    chance = random.Random(seed)
    columns, lines = 30, 6
    rows = [""] * lines
    found: list[tuple[Shown, list[str] | None]] = []
    for _ in range(count):
        scrolled: list[str] | None = []
        match chance.randrange(6):
            case 0:
                rows[chance.randrange(lines)] = chance.choice(WORDS)
            case 1 | 2:
                new = [chance.choice(WORDS) for _ in range(chance.randint(1, 12))]
                run = [*rows, *new]
                scrolled, rows = run[: len(new)], run[len(new) :]
            case 3:
                columns, lines = 30 + chance.randint(-5, 5), chance.randint(4, 9)
                rows = (rows + [""] * lines)[:lines]
                scrolled = None
            case 4:
                rows = [chance.choice(WORDS) for _ in range(lines)]
                scrolled = None
            case _:
                pass
        cursor = None if chance.random() < 0.2 else (chance.randrange(20), chance.randrange(lines))
        found.append((Shown(columns, lines, tuple(rows), cursor), scrolled))
    return found


def recorded(seed: int, count: int = 60) -> tuple[str, list[Shown]]:
    first, *others = steps(seed, count)
    cast = Cast(first[0], BEGUN, "build.term")
    text = cast.beginning
    for number, (shown, scrolled) in enumerate(others, 1):
        text += cast.frame(shown, BEGUN + number * 100, scrolled, "ann")
    return text, [shown for shown, _ in [first, *others]]


@pytest.mark.parametrize("seed", range(20))
def test_any_moment_is_what_was_shown(seed: int) -> None:
    text, shown = recorded(seed)
    moments = list(range(len(shown)))
    random.Random(seed).shuffle(moments)
    replay = Replay(text)
    for number in moments:
        assert replay.screen(replay.index_at(BEGUN + number * 100)) == shown[number]


@pytest.mark.parametrize("seed", range(5))
def test_what_a_player_draws_is_what_was_shown(seed: int) -> None:
    text, shown = recorded(seed)
    player = Screen(30, 6)
    for line in text.splitlines()[1:]:
        _, kind, data = json.loads(line)
        if kind == "r":
            columns, lines = data.split("x")
            player.resize(int(columns), int(lines))
        elif kind == "o":
            player.feed(data.encode())
    late = Screen(shown[-1].columns, shown[-1].lines)
    for y, row in enumerate(shown[-1].rows):
        late.feed(f"\x1b[{y + 1};1H\x1b[m{row}\x1b[m".encode())
    assert player.frame().rows == late.frame().rows
    assert player.frame().cursor == shown[-1].cursor


def test_key_frames_stand_often_enough() -> None:
    text, _ = recorded(1, 4000)
    keys = [at for at, line in enumerate(text.splitlines()) if json.dumps(KEY)[1:-1] in line]
    assert len(keys) > 5


def test_what_scrolls_by_costs_its_own_length() -> None:
    first = Shown(80, 24, tuple(f"line {n}" for n in range(24)), (0, 23))
    cast = Cast(first, BEGUN, "")
    rows = [f"line {n}" for n in range(1, 25)]
    text = cast.frame(Shown(80, 24, tuple(rows), (0, 23)), BEGUN + 5, ["line 0"], "")
    assert "line 24" in text
    assert "line 23" not in text


def test_who_typed_and_how_it_ended() -> None:
    shown = Shown(80, 24, ("$",), (1, 0))
    cast = Cast(shown, BEGUN + 7, "x", "ann")
    text = cast.beginning + cast.frame(shown._replace(rows=("$ ls",)), BEGUN + 90, (), "bob")
    text += cast.ended(BEGUN + 95, -9)
    replay = Replay(text)
    assert replay.title == "x"
    assert replay.typists == ["ann", "bob"]
    assert replay.times == [BEGUN + 7, BEGUN + 90]
    assert replay.endings == [(BEGUN + 95, -9)]
    assert len(replay) == 2


def test_where_a_text_was_drawn_is_found() -> None:
    cast = Cast(Shown(80, 3, ("a", "", ""), None), BEGUN, "")
    text = cast.beginning
    for at, row in enumerate(["b", "\x1b[31merr\x1b[0mor", "c", "error"], 1):
        text += cast.frame(Shown(80, 3, ("a", row, ""), None), BEGUN + at, (), "")
    replay = Replay(text)
    assert replay.find("error", 4, -1) == 2
    assert replay.find("error", 2, -1) is None
    assert replay.find("error", 2, 1) == 4
    assert replay.find("a", 4, 1) is None


def test_a_screen_that_is_the_same_is_not_written() -> None:
    shown = Shown(80, 24, ("$",), (1, 0))
    assert Cast(shown, BEGUN, "").frame(shown, BEGUN + 1, (), "") == ""


def test_runs_are_joined_in_their_time() -> None:
    runs = [recorded(seed)[0] for seed in (1, 2)]
    first, second = (Replay(run) for run in runs)
    later = runs[1].replace(str(BEGUN // 1000), str(BEGUN // 1000 + 500))
    both = Replay(joined([runs[0], later + '[1, "o", "not who']))
    assert len(both) == len(first) + len(second)
    assert both.screen(len(both) - 1) == second.screen(len(second) - 1)
    assert both.times[len(first)] == second.times[0] + 500_000
    assert joined([]) == ""


def test_what_is_no_recording_shows_nothing() -> None:
    for text in ("", "{}", "nonsense\n[1]\n[]", '[1,2]\n[0,"o","x"]', '{"width": 0}\n[0,"x","y"]'):
        replay = Replay(text)
        assert len(replay) == 0
        with pytest.raises(IndexError):
            replay.screen(replay.index_at(BEGUN))
    hostile = '{"version":2}\n[0,"o","\\u001b]52;c;eA==\\u0007\\u001b[9999;1H\\u001b[0m\\u001b[Kx"]'
    assert Replay(hostile).screen(0) == Shown(80, 24, ("",) * 24, None)
