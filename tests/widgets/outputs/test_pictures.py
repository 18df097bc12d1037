"""Pictures: decoded in a process of their own, drawn as characters."""

from __future__ import annotations

import base64
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.widgets.outputs import pictures as module
from cocalc_tui.widgets.outputs.image import picture_rows
from cocalc_tui.widgets.outputs.picture_cells import cells, fitted
from cocalc_tui.widgets.outputs.picture_worker import without_references
from cocalc_tui.widgets.outputs.pictures import Picture, Pictures
from cocalc_tui.widgets.outputs.rows import PICTURE_ROWS
from tests.widgets.outputs.frames import LOOK, drawn, frame, texts
from tests.widgets.outputs.samples import SVG, bomb, halves, ink, plot

PNG = "image/png"


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    made = Pictures()
    yield made
    made.close()


def picture(pictures: Pictures, mime: str, data: str, room: tuple[int, int] = (40, 24)) -> Picture:
    """Wait for one."""
    pictures.get(mime, data, room, LOOK.ground)
    pictures.wait()
    found = pictures.get(mime, data, room, LOOK.ground)
    assert found is not None
    return found


# --- cells ---------------------------------------------------------------------------------------


def pixels(*rows: str) -> bytes:
    """`w`hite, `b`lack, `r`ed."""
    shades = {"w": b"\xff\xff\xff", "b": b"\0\0\0", "r": b"\xff\0\0"}
    return b"".join(shades[letter] for row in rows for letter in row)


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (("ww", "ww"), [(" ", "#ffffff", "#ffffff")]),
        (("bb", "ww"), [("▀", "#000000", "#ffffff")]),
        (("bw", "bw"), [("▌", "#000000", "#ffffff")]),
        (("bw", "wb"), [("▞", "#ffffff", "#000000")]),
        (("ww", "wb"), [("▛", "#ffffff", "#000000")]),
        (("wwww", "wwww"), [("  ", "#ffffff", "#ffffff")]),
        (("bbbb", "wwww"), [("▀▀", "#000000", "#ffffff")]),
        (("bbrr", "wwww"), [("▀", "#000000", "#ffffff"), ("▀", "#ff0000", "#ffffff")]),
    ],
)
def test_quarters_of_a_cell(rows: tuple[str, str], shown: list[tuple[str, str, str]]) -> None:
    assert cells(pixels(*rows), len(rows[0]), 2) == [shown]


@given(st.integers(1, 8), st.integers(1, 4), st.randoms())
def test_all_cells_are_there(columns: int, rows: int, chance: object) -> None:
    data = os.urandom(columns * 2 * rows * 2 * 3)
    made = cells(data, columns * 2, rows * 2)
    assert [sum(len(text) for text, _, _ in row) for row in made] == [columns] * rows


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 300), st.integers(1, 100))
def test_what_is_fitted_fits(width: int, height: int, columns: int, rows: int) -> None:
    shown = fitted(width, height, columns, rows)
    assert 1 <= shown[0] <= columns
    assert 1 <= shown[1] <= rows


def test_a_small_picture_is_shown_in_its_own_size() -> None:
    assert fitted(160, 96, 80, 24) == (20, 6)
    assert fitted(640, 480, 80, 24) == (64, 24)
    assert fitted(640, 480, 40, 24) == (40, 15)


# --- making them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime", "form"),
    [
        (PNG, "PNG"),
        ("image/jpeg", "JPEG"),
        ("image/gif", "GIF"),
        ("image/webp", "WEBP"),
        ("image/svg+xml", ""),
    ],
)
def test_every_kind_is_drawn(pictures: Pictures, mime: str, form: str) -> None:
    data = plot(form) if form else SVG
    made = picture(pictures, mime, data)
    assert (made.columns, made.rows, made.trouble) == (20, 6, "")
    rows = picture_rows(mime, data, replace(frame(), pictures=pictures))
    assert [row.cell_length for row in rows] == [20] * 6
    texts(rows)


def test_colours_are_those_of_the_picture(pictures: Pictures) -> None:
    (line,) = picture(pictures, PNG, halves("#ff0000", "#0000ff")).lines
    assert [(text, back) for text, _, back in line] == [(" ", "#ff0000"), (" ", "#0000ff")]


def test_dark_strokes_on_nothing_get_a_white_ground(pictures: Pictures) -> None:
    dark = picture(pictures, PNG, ink((20, 20, 20)))
    light = picture(pictures, PNG, ink((240, 240, 240)))
    assert dark.lines[0][0][2] == "#ffffff"
    assert light.lines[0][0][2] == LOOK.ground


def test_a_place_is_kept_while_it_is_made(pictures: Pictures) -> None:
    data = plot(size=(640, 480))
    waiting = replace(frame(80), pictures=pictures)
    before = picture_rows(PNG, data, waiting, "<Figure>")
    pictures.wait()
    after = picture_rows(PNG, data, waiting, "<Figure>")
    assert len(before) == len(after) == PICTURE_ROWS
    assert "640×480" in before[0].text
    assert "<Figure>" in before[0].text


def test_without_anybody_to_draw_they_are_named() -> None:
    bundle = {"output_type": "display_data", "data": {PNG: plot()}, "metadata": {}}
    (row,) = drawn(bundle)
    assert row.startswith("▣ image/png  160×96  ")


@pytest.mark.parametrize(
    ("mime", "data", "trouble"),
    [
        (PNG, bomb(), "too many pixels"),
        (PNG, "AAAA", "cannot be decoded: UnidentifiedImageError"),
        (PNG, "€" * 10, "cannot be decoded"),
        (PNG, plot()[:200], "cannot be decoded"),
        ("image/svg+xml", "<svg", "cannot be decoded: ValueError"),
        ("image/svg+xml", "not an svg \ud800", "cannot be decoded"),
        ("image/svg+xml", SVG.replace('"160"', '"1e9"'), "cannot be decoded"),
    ],
)
def test_what_cannot_be_drawn_says_why(
    pictures: Pictures, mime: str, data: str, trouble: str
) -> None:
    assert picture(pictures, mime, data).trouble.startswith(trouble)
    rows = texts(picture_rows(mime, data, replace(frame(40), pictures=pictures)))
    assert trouble[:30] in rows[1]
    assert rows[0].startswith(f"▣ {mime}")
    assert picture(pictures, PNG, plot()).trouble == "", "the next one is drawn"


def laughs() -> str:
    """An SVG of a few hundred bytes that stands for 10^9 circles."""
    levels = "".join(
        f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>" for n in range(1, 10)
    )
    circle = '<circle id="l0" r="1"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{circle}{levels}</svg>'


def test_one_that_takes_too_long_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Pictures()
    with monkeypatch.context() as patched:
        patched.setattr(module, "PATIENCE", 1.0)
        start = time.monotonic()
        made = picture(pictures, "image/svg+xml", laughs())
        assert made.trouble
        assert time.monotonic() - start < 10
    assert picture(pictures, PNG, plot()).trouble == ""
    pictures.close()


def test_the_process_may_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Pictures()
    picture(pictures, PNG, plot())
    pid = int(next(iter(children())))
    os.kill(pid, signal.SIGKILL)
    made = [picture(pictures, PNG, plot(size=(40, 40 + n))) for n in range(2)]
    assert made[-1].trouble == ""
    pictures.close()
    while pid in map(int, children()):
        time.sleep(0.01)


def children() -> list[str]:
    """Workers of this process."""
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:
        direct = file.read().split()
    for task in os.listdir(f"/proc/{os.getpid()}/task"):
        with open(f"/proc/{os.getpid()}/task/{task}/children") as file:
            direct += file.read().split()
    found = []
    for pid in set(direct):
        with open(f"/proc/{pid}/cmdline") as file:
            if "picture_worker" in file.read():
                found.append(pid)
    return sorted(found, key=int, reverse=True)


def test_it_ends_when_it_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 0.1)
    pictures = Pictures()
    picture(pictures, PNG, plot())
    end = time.monotonic() + 60
    while pictures._thread is not None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert picture(pictures, PNG, plot(size=(48, 48))).trouble == ""
    pictures.close()


def test_a_very_long_one_is_not_even_tried(pictures: Pictures) -> None:
    made = pictures.get(PNG, "A" * (module.LONGEST + 1), (10, 10), LOOK.ground)
    assert made is not None
    assert made.trouble == "too large to draw"


@pytest.mark.parametrize(
    "reference",
    [
        '<image href="/etc/passwd"/>',
        "<image xlink:href='file:///etc/passwd'/>",
        "<style>@import url(/etc/passwd);</style>",
        "<rect fill='url(http://evil/x)'/>",
        '<image href=" https://evil/x"/>',
    ],
)
def test_an_svg_reads_no_other_file(reference: str) -> None:
    left = without_references(reference)
    assert "passwd" not in left
    assert "evil" not in left


def test_an_svg_may_refer_to_itself() -> None:
    own = '<use href="#a"/><rect fill="url(#g)"/><image href="data:image/png;base64,AAAA"/>'
    assert without_references(own) == own


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(pictures: Pictures, data: bytes) -> None:
    assert picture(pictures, PNG, base64.b64encode(data).decode()).trouble
