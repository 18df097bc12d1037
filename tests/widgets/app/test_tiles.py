"""Tiles and tabs: split, zoom, move, close, remember."""

from __future__ import annotations

from pathlib import Path

from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.small import TooSmall
from tests.widgets.app.started import FILES, started


class TestLayout:
    async def test_splits_show_the_same_document(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "b")
            assert run.shown == [["model.py"]] * 3
            assert len(run.project.documents) == 1
            await run.press("x")
            assert str(run.document("model.py").replica.text(MAIN)).startswith("xdef")

    async def test_f6_goes_round_tiles_and_files(self) -> None:
        async with started(["README.md"]) as run:
            await run.press("ctrl+t", "r")
            run.main.visit("model.py")
            await run.settle()
            places = []
            for _ in range(3):
                await run.press("f6")
                places.append(run.here)
            assert places == ["FileTree", "README.md", "model.py"]
            await run.press("shift+f6")
            assert run.here == "README.md"

    async def test_f8_opens_shows_and_closes_the_chat_beside(self) -> None:
        async with started(["README.md"]) as run:
            await run.press("f8")
            run.main.tiles.visit("model.py")
            await run.press("f8")
            assert run.shown == [["README.md", "model.py"], [".README.md.chat", ".model.py.chat"]]
            run.main.tiles.visit("README.md")
            await run.press("f8")
            view = run.main.tiles.division.current.view
            assert view is not None
            assert view.path == ".README.md.chat", "what is hidden behind another is shown"
            run.main.tiles.go_back_to("README.md")
            await run.press("f8")
            assert run.main.tiles.division.current.view == view, "what shows gets the keyboard"
            await run.press("f8")
            assert run.shown == [["README.md", "model.py"], [".model.py.chat"]]
            assert run.here == "README.md", "and not in the other chat"

    async def test_tabs_turn(self) -> None:
        async with started(["README.md", "model.py", "notes.md"]) as run:
            await run.press("ctrl+pagedown")
            assert run.here == "README.md"
            await run.press("ctrl+pageup")
            assert run.here == "notes.md"

    async def test_zoom_shows_one_tile_and_back(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "z")
            assert len(run.main.tiles.showing()) == 1
            await run.press("ctrl+t", "z")
            assert len(run.main.tiles.showing()) == 2

    async def test_the_last_view_of_a_document_leaves_it(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+w")
            assert not run.document("model.py").closed
            await run.press("ctrl+w")
            assert run.document("model.py").closed
            assert run.shown == [["README.md"]]

    async def test_a_view_moves_without_being_made_anew(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("down")
            pane = run.main.tiles.pane
            await run.press("ctrl+t", "m")
            assert run.main.tiles.pane is pane
            assert run.shown == [["README.md", "model.py", "model.py"]]

    async def test_no_split_where_there_is_no_room(self) -> None:
        async with started(size=(60, 14)) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "r")
            assert "There is no room to split" in run.said[-1]

    async def test_is_remembered(self, tmp_path: Path) -> None:
        memory = tmp_path / "memory.json"
        async with started(["README.md", "notes.md"], memory=memory) as run:
            await run.press("ctrl+t", "r")
            await run.press("down", "right")
            await run.press("ctrl+q")
        async with started([], memory=memory) as run:
            assert run.shown == [["README.md", "notes.md"], ["notes.md"]]
            assert "2:2" in run.main.report.status.text

    async def test_other_sizes_open_and_close_the_side_bar(self) -> None:
        async with started(size=(80, 24)) as run:
            assert run.open_parts == set()
            assert run.main.tiles.size.height == 22
            await run.press("ctrl+t", "s")
            assert run.open_parts == {"side bar"}
            await run.pilot.resize_terminal(140, 40)
            await run.settle()
            assert run.open_parts == {"side bar", "footer"}

    async def test_a_window_too_small_says_so(self) -> None:
        async with started(size=(40, 10)) as run:
            lines = [strip.text for strip in run.app.screen._compositor.render_strips()]
            assert any("This window has 40x10;" in line for line in lines)
            assert any("48x12 are needed." in line for line in lines)
            await run.press("x", "a", "ctrl+p", "f1")
            assert isinstance(run.app.screen, TooSmall)
            assert str(run.document("model.py").replica.text(MAIN)) == FILES["model.py"]
            await run.pilot.resize_terminal(80, 24)
            await run.settle()
            assert run.here == "model.py"
            await run.pilot.resize_terminal(80, 11)
            await run.settle()
            await run.press("ctrl+q")
            assert not run.app.is_running

    async def test_a_dialog_outlives_a_window_too_small(self) -> None:
        async with started(["model.py"]) as run:
            await run.press("ctrl+p")
            dialog = run.app.screen
            for size in ((40, 10), (30, 9), (80, 24)):
                assert (run.app.screen is dialog) == (run.app.size.height > 12)
                await run.pilot.resize_terminal(*size)
                await run.settle()
            assert run.app.screen is dialog
            await run.press("escape")
            assert run.here == "model.py"


class TestTiles:
    async def test_tiles_get_more_and_less_room(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            width = run.main.tiles.pane.size.width
            await run.press("ctrl+t", "+")
            assert run.main.tiles.pane.size.width > width
            await run.press("ctrl+t", "-")
            assert run.main.tiles.pane.size.width == width

    async def test_a_tile_is_closed_with_its_views(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "w")
            assert run.shown == [["README.md", "model.py"]]
            await run.press("ctrl+t", "w")
            assert run.shown == [[]]

    async def test_the_line_between_tiles_is_dragged(self, tmp_path: Path) -> None:
        memory = tmp_path / "memory.json"
        async with started(size=(140, 40), memory=memory) as run:
            await run.press("ctrl+t", "r")
            tiles = run.main.tiles
            left, right = (pane.region for pane in tiles.showing())
            await run.pilot.mouse_down(offset=(left.right, 20))
            await run.pilot.hover(offset=(left.right - 15, 20))
            assert tiles.showing()[0].region.right == left.right - 15
            await run.pilot.mouse_up(offset=(left.right - 15, 20))
            await run.pilot.hover(offset=(left.right - 40, 20))
            assert tiles.showing()[0].region.right == left.right - 15
            assert tiles.showing()[1].region.right == right.right
            await run.press("ctrl+q")
        async with started([], size=(140, 40), memory=memory) as run:
            assert run.main.tiles.showing()[0].region.right == left.right - 15
            await run.pilot.click(offset=(left.right - 15, 20), times=2)
            await run.settle()
            assert run.main.tiles.showing()[0].region.right == left.right

    async def test_tabs_of_a_tile_below_are_dragged_up(self) -> None:
        async with started(size=(140, 40)) as run:
            await run.press("ctrl+t", "b")
            tiles = run.main.tiles
            below = tiles.showing()[1].region
            row = below.y - 1
            await run.pilot.mouse_down(offset=(below.x + 2, row))  # a tab
            await run.pilot.hover(offset=(below.x + 2, row - 5))
            await run.pilot.mouse_up(offset=(below.x + 2, row - 5))
            assert tiles.showing()[1].region == below
            await run.pilot.mouse_down(offset=(below.x + 40, row))
            await run.pilot.hover(offset=(below.x + 40, row - 5))
            await run.pilot.mouse_up(offset=(below.x + 40, row - 5))
            assert tiles.showing()[1].region.y == below.y - 5
            assert run.here == "model.py"

    async def test_a_tab_of_a_tile_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            bar = next(iter(run.main.tiles._bars.values()))
            await run.pilot.click(bar, offset=(bar.text.index("README.md"), 0))
            await run.settle()
            assert run.here == "README.md"

    async def test_a_tile_below_has_its_own_row_of_tabs(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "b")
            bars = [bar.text.split() for bar in run.main.tiles._bars.values()]
            assert bars == [["README.md", "model.py"], ["model.py"]]
            assert "model.py" not in run.main.report.top.text
