"""What is left out of long outputs is there, once, up to the cap."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.kernels.overflow import Overflow, prune

TEXT = st.text(alphabet="ab\né漢", max_size=12)


Stretches = list[tuple[int, str]]


def whole(overflow: Overflow, run: str = "r", index: int = 0, step: int = 5) -> Stretches:
    """All that is kept, as it is read in steps: stretches without gaps."""
    found: Stretches = []
    at = 0
    while (kept := overflow.read("c", run, index, at, step)).text:
        assert len(kept.text) <= step
        if found and kept.start == at:
            found[-1] = (found[-1][0], found[-1][1] + kept.text)
        else:
            found.append((kept.start, kept.text))
        at = kept.start + len(kept.text)
    return found


@given(st.lists(TEXT, max_size=20), st.integers(1, 9))
def test_what_was_written_is_read(texts: list[str], step: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        overflow = Overflow(Path(folder), part=7)
        for text in texts:
            overflow.write("c", "r", 0, text)
        text = "".join(texts)
        assert whole(overflow, step=step) == ([(0, text)] if text else [])


@given(st.lists(TEXT, min_size=1, max_size=20), st.data())
def test_after_a_crash_it_goes_on_where_it_is_told(texts: list[str], data: st.DataObject) -> None:
    text = "".join(texts)
    with tempfile.TemporaryDirectory() as folder:
        Overflow(Path(folder), part=7).write("c", "r", 0, text)
        length = data.draw(st.integers(0, len(text)))
        overflow = Overflow(Path(folder), part=7)
        overflow.rewind("c", "r", 0, length)
        overflow.write("c", "r", 0, text[length:] + "more")
        assert whole(overflow) == [(0, text + "more")]


def test_what_nobody_noted_is_written_anew(tmp_path: Path) -> None:
    Overflow(tmp_path, part=4).write("c", "r", 0, "written")
    overflow = Overflow(tmp_path, part=4)
    overflow.write("c", "r", 0, "again")
    assert whole(overflow) == [(0, "again")]


def test_what_is_not_there_is_a_gap(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path)
    overflow.write("c", "r", 0, "abc")
    overflow.rewind("c", "r", 0, 10)
    overflow.write("c", "r", 0, "klm")
    assert whole(overflow) == [(0, "abc"), (10, "klm")]
    assert whole(overflow, run="other") == []


def test_above_the_cap_the_first_and_the_last_half_are_kept(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path, part=10, cap=100)
    text = "".join(f"{n:04} " for n in range(200))
    for at in range(0, len(text), 7):
        overflow.write("c", "r", 0, text[at : at + 7])
    (_, first), (start, last) = whole(overflow)
    assert first == text[:50]
    assert last == text[start:]
    assert 40 <= len(last) <= 60
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) <= 110


def test_outputs_are_apart_and_an_older_run_goes(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path)
    for run, index in (("old", 0), ("r", 0), ("r", 1)):
        overflow.write("c", run, index, f"{run} {index}")
    overflow.begin("c", "r")
    assert whole(overflow, "old") == []
    assert [whole(overflow, "r", index) for index in (0, 1)] == [[(0, "r 0")], [(0, "r 1")]]
    overflow.write("c", "old", 0, "late")
    assert whole(overflow, "old") == [(0, "late")]


def test_names_of_cells_lead_nowhere(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    overflow = Overflow(inside)
    for cell in ("../out", "a/b", "", ".", "x" * 1000, "\ud800"):
        overflow.write(cell, "r", 0, "x")
        assert overflow.read(cell, "r", 0, 0, 9).text == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_disk_that_takes_nothing_leaves_a_gap(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path / "o", part=4)
    overflow.write("c", "r", 0, "abcd")
    folder = tmp_path / "o" / "c" / "r" / "0"
    parts = sorted(folder.iterdir())
    for path in parts:
        path.rename(tmp_path / path.name)
    folder.rmdir()
    folder.write_text("a file where a folder should be")
    overflow.write("c", "r", 0, "efgh")
    folder.unlink()
    folder.mkdir()
    for path in parts:
        (tmp_path / path.name).rename(path)
    overflow.write("c", "r", 0, "ijkl")
    assert whole(overflow) == [(0, "abcd"), (8, "ijkl")]


def test_what_was_not_written_to_for_long_goes_first(tmp_path: Path) -> None:
    for n, doc in enumerate(("a", "b", "c")):
        Overflow(tmp_path / doc).write("c", "r", 0, "x" * 100)
        for path in (tmp_path / doc).rglob("*.part"):
            os.utime(path, (n, n))
    prune(tmp_path, 250)
    assert [len(whole(Overflow(tmp_path / doc))) for doc in ("a", "b", "c")] == [0, 1, 1]
    prune(tmp_path / "nothing")


def test_only_what_is_shown_is_kept(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path)
    for cell, run in (("c", "old"), ("c", "new"), ("gone", "r"), ("odd/é", "r")):
        overflow.write(cell, run, 0, "text")
    overflow.keep({"c": {"new"}, "odd/é": {"r"}})
    shown = [overflow.read(cell, run, 0, 0, 9).text for cell, run in (("c", "new"), ("odd/é", "r"))]
    assert shown == ["text", "text"]
    assert [overflow.read(*at, 0, 0, 9).text for at in (("c", "old"), ("gone", "r"))] == ["", ""]
    assert len(list(tmp_path.rglob("*.part"))) == 2
