from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.widgets.layout import MIN_HEIGHT, MIN_WIDTH, Box, Layout, Tile, View, divide

MOVES = ["right", "below", "close", "close_tile", "next", "turn", "move", "wider", "zoom", "add"]


def make(*paths: str) -> Layout:
    return Layout(Tile([View(path) for path in paths]))


def paths(layout: Layout) -> list[list[str]]:
    return [[view.path for view in tile.views] for tile in layout.tiles()]


def do(layout: Layout, move: str) -> None:
    view = layout.current.view
    match move:
        case "right" | "below":
            layout.split(across=move == "right")
        case "close" if view is not None:
            layout.close(view)
        case "close_tile":
            layout.close_tile(layout.current)
        case "next":
            tiles = list(layout.tiles())
            layout.current = tiles[(tiles.index(layout.current) + 1) % len(tiles)]
        case "turn":
            layout.turn(1)
        case "move":
            layout.move_view(1)
        case "wider":
            layout.resize(0.2)
        case "zoom":
            layout.zoomed = not layout.zoomed
        case "add":
            layout.current.add(View("new"))


@given(st.lists(st.sampled_from(MOVES), max_size=25), st.integers(0, 200), st.integers(0, 60))
def test_tiles_always_cover_the_screen(moves: list[str], width: int, height: int) -> None:
    layout = make("a", "b")
    for move in moves:
        do(layout, move)
        assert layout.current in list(layout.tiles())
        assert layout.current.active < max(1, len(layout.current.views))
    layout.zoomed = False
    placed = layout.place(width, height)
    cells = sum(box.width * box.height for box in [*placed.tiles.values(), *placed.rules])
    assert cells == width * height or width < 20


def test_chats_share_a_tile_and_documents_keep_out_of_it() -> None:
    layout = make("a.py")
    layout.dock(".a.py.chat", 0.3)
    layout.visit("data/b.py")
    assert paths(layout) == [["a.py", "data/b.py"], [".a.py.chat"]]
    assert layout.current.view is not None
    assert layout.current.view.path == "data/b.py"
    layout.zoomed = True
    layout.dock("data/.b.py.chat", 0.3)
    assert not layout.zoomed
    layout.visit("room.chat")
    assert paths(layout) == [
        ["a.py", "data/b.py", "room.chat"],
        [".a.py.chat", "data/.b.py.chat"],
    ]
    layout.visit(".room.chat.chat")
    assert layout.current.view is not None
    assert layout.current.chats


def test_a_chat_alone_on_the_screen_makes_room_for_documents() -> None:
    layout = make(".a.py.chat")
    layout.visit("a.py")
    assert paths(layout) == [[".a.py.chat", "a.py"]]


def test_split_shows_the_same_document_twice() -> None:
    layout = make("a")
    layout.split(across=True)
    layout.split(across=False)
    assert paths(layout) == [["a"], ["a"], ["a"]]
    assert list(layout.place(81, 20).tiles.values()) == [
        Box(0, 0, 40, 20),
        Box(41, 0, 40, 10),
        Box(41, 10, 40, 10),
    ]
    assert layout.place(81, 20).rules == [Box(40, 0, 1, 20)]


def test_three_beside_each_other_are_one_row() -> None:
    layout = make("a")
    layout.split(across=True)
    layout.current = next(layout.tiles())
    layout.split(across=True)
    assert [box.width for box in layout.place(102, 9).tiles.values()] == [25, 25, 50]


def test_closing_the_last_view_of_a_tile_gives_its_room_away() -> None:
    layout = make("a")
    layout.split(across=True)
    view = layout.current.view
    assert view is not None
    layout.close(view)
    assert list(layout.place(80, 20).tiles.values()) == [Box(0, 0, 80, 20)]


def test_the_last_tile_stays_empty() -> None:
    layout = make("a")
    layout.close_tile(layout.current)
    assert paths(layout) == [[]]
    assert layout.current.view is None


def test_closing_a_tab_shows_its_left_neighbour() -> None:
    layout = make("a", "b", "c")
    layout.current.active = 1
    assert layout.current.view is not None
    layout.close(layout.current.view)
    assert layout.current.view is not None
    assert layout.current.view.path == "a"


def test_moving_the_only_view_merges_the_tiles() -> None:
    layout = make("a", "b")
    layout.split(across=True)
    layout.move_view(1)
    assert paths(layout) == [["a", "a", "b"]]


def test_zoom_shows_one_tile() -> None:
    layout = make("a")
    layout.split(across=True)
    layout.zoomed = True
    assert layout.place(80, 20).tiles == {layout.current: Box(0, 0, 80, 20)}


def test_splits_only_where_there_is_room() -> None:
    layout = make("a")
    assert layout.room_to_split(41, 8, across=True)
    assert not layout.room_to_split(40, 8, across=True)
    assert layout.room_to_split(41, 8, across=False)
    assert not layout.room_to_split(41, 7, across=False)


@given(st.lists(st.sampled_from(MOVES), max_size=25), st.data())
def test_where_neighbours_meet_is_moved(moves: list[str], data: st.DataObject) -> None:
    layout = make("a", "b")
    for move in moves:
        do(layout, move)
    layout.zoomed = False
    size = 200, 60
    edges = layout.place(*size).edges
    if not edges:
        assert not layout.several
        return
    edge = data.draw(st.sampled_from(edges))
    assert layout.place(*size).edge_at(edge.box.x, edge.box.y) is not None
    to = data.draw(st.integers(-5, 205))
    layout.move_edge(edge, to)
    moved = next(
        one
        for one in layout.place(*size).edges
        if one.split is edge.split and one.before == edge.before
    )
    at = moved.box.x if edge.split.across else moved.box.y
    rule, least = (1, MIN_WIDTH) if edge.split.across else (0, MIN_HEIGHT)
    least = min(least, (edge.end - edge.start - rule) // 2)
    assert abs(at - min(max(to, edge.start + least), edge.end - rule - least)) <= 1
    assert (abs(moved.start - edge.start), abs(moved.end - edge.end)) <= (1, 1)


def test_neighbours_get_the_same_room() -> None:
    layout = make("a")
    layout.split(across=False)
    layout.split(across=False)
    layout.resize(0.3)
    layout.level(layout.place(80, 30).edges[0])
    assert [box.height for box in layout.place(80, 30).tiles.values()] == [10, 10, 10]


@given(st.integers(0, 300), st.lists(st.floats(0.1, 10), min_size=1, max_size=9))
def test_divide_uses_all_room(room: int, shares: list[float]) -> None:
    assert sum(divide(room, shares)) == room


def test_what_is_opened_from_a_docked_chat_comes_beside_it() -> None:
    layout = Layout(Tile([View("a")]))
    chat = layout.dock(".a.chat", 0.4)
    layout.visit("b")
    assert [view.path for view in layout.current.views] == ["a", "b"]
    layout.current = chat
    layout.visit(".b.chat")
    assert [view.path for view in chat.views] == [".a.chat", ".b.chat"]
    layout.close_tile(next(layout.tiles()))
    layout.visit("c")
    assert layout.current is chat


def test_a_document_is_visited_where_it_shows() -> None:
    layout = make("a")
    layout.split(across=True)
    layout.visit("b")
    layout.current = next(layout.tiles())
    layout.visit("b")
    assert paths(layout) == [["a"], ["a", "b"]]
    assert layout.current is list(layout.tiles())[1]
    layout.visit("a")
    assert layout.current is list(layout.tiles())[1]
