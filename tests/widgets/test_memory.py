from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.widgets.layout import Layout, Tile, View
from cocalc_tui.widgets.memory import RECENT, Memory, load, memory_file, store


def divided() -> Layout:
    layout = Layout(Tile([View("a", {"caret": 5}), View("b")], 1))
    layout.split(across=True)
    layout.split(across=False)
    layout.current = list(layout.tiles())[1]
    layout.resize(0.1)
    return layout


def test_a_layout_comes_back(tmp_path: Path) -> None:
    memory, layout = Memory(), divided()
    memory.keep_layout(layout)
    memory.members = ["ada"]
    store(tmp_path / "deep" / "x.json", memory)
    again = load(tmp_path / "deep" / "x.json")
    assert again == memory
    restored = again.layout()
    boxes = [list(one.place(99, 40).tiles.values()) for one in (layout, restored)]
    assert boxes[0] == boxes[1]
    assert [view.path for view in restored.views()] == [view.path for view in layout.views()]
    assert next(restored.views()).memento == {"caret": 5}
    assert list(restored.tiles()).index(restored.current) == 1
    assert [tile.active for tile in restored.tiles()] == [1, 0, 0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        '{"root": {"type": "tile", "views": [{}]}}',
        '{"root": {"type": "other"}}',
        '{"root": ' + '{"type":"split","across":true,"shares":[1],"parts":[' * 3000,
    ],
    ids=["empty", "text", "list", "no path", "other", "deep"],
)
def test_a_spoilt_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert load(tmp_path / "x.json") == Memory()


@pytest.mark.parametrize("shares", ["[1]", "[1, -1]", "[1, 1, 1]"])
def test_a_layout_that_makes_no_sense_is_an_empty_tile(tmp_path: Path, shares: str) -> None:
    tile = '{"type": "tile", "views": [{"path": "a"}]}'
    (tmp_path / "x.json").write_text(
        '{"root": {"type": "split", "across": true, "parts": ['
        + f'{tile}, {tile}], "shares": {shares}}}}}'
    )
    assert list(load(tmp_path / "x.json").layout().views()) == []


def test_nothing_to_remember_with_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store(tmp_path / "file" / "x.json", Memory())


def test_each_project_has_its_own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert memory_file("/a").is_relative_to(tmp_path)
    assert memory_file("/a") != memory_file("/b")
    assert memory_file("/\udcff").name.endswith(".json")


def test_recent_has_each_path_once_and_an_end() -> None:
    memory = Memory()
    for number in range(RECENT + 5):
        memory.visited(f"{number % 24}")
    assert memory.recent[0] == "0"
    assert len(memory.recent) == RECENT == len(set(memory.recent))
