"""Operations on cells, as people do them, on real documents."""

from __future__ import annotations

from itertools import count

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Op, PatchId


class Author:
    """Somebody who edits a replica of a notebook."""

    def __init__(self, session: str, document: Document | None = None) -> None:
        self.document = document or Document()
        self._session = session * 16
        self._n = count()

    def do(self, ops: list[Op]) -> None:
        document = self.document
        document.commit(PatchId(self._session, next(self._n)), document.clock + 1, ops)
        assert not document.refused

    def add(self, key: str, index: int, text: str = "", kind: str = "code") -> None:
        self.do(schema.insert_cell(self.document, key, index, kind, text))

    def seen(self) -> list[tuple[str, str]]:
        cells = schema.cells(self.document)
        return [(key, schema.source(self.document, key)) for key in cells]


@pytest.fixture
def ada() -> Author:
    author = Author("a")
    for index, key in enumerate("xyz"):
        author.add(key, index, f"{key}1\n{key}2\n")
    return author


def order(author: Author) -> str:
    return "".join(key for key, _ in author.seen())


def both(one: Author, other: Author) -> None:
    patches = [*one.document.patches(), *other.document.patches()]
    for author in (one, other):
        author.document.apply(patches)
    assert one.seen() == other.seen()


def test_cells_stand_where_they_were_put(ada: Author) -> None:
    ada.add("first", 0)
    ada.add("last", 99)
    ada.add("middle", 2, kind="markdown")
    assert [key for key, _ in ada.seen()] == ["first", "x", "middle", "y", "z", "last"]
    assert schema.cell_type(ada.document, "middle") == "markdown"
    assert ada.document.records["middle"]["id"] == "middle"


def test_moving_and_deleting(ada: Author) -> None:
    ada.do(schema.move_cells(ada.document, ["x"], 1))
    assert order(ada) == "yxz"
    ada.do(schema.move_cells(ada.document, ["x"], 0))
    assert order(ada) == "xyz"
    ada.do(schema.move_cells(ada.document, ["x"], 2))
    assert order(ada) == "yzx"
    ada.do(schema.delete_cells(["y", "x"]))
    assert order(ada) == "z"


def test_the_type_changes_and_the_text_stays(ada: Author) -> None:
    ada.do(schema.set_type("x", "markdown"))
    assert schema.cell_type(ada.document, "x") == "markdown"
    assert ada.seen()[0] == ("x", "x1\nx2\n")


@pytest.mark.parametrize(
    ("offset", "head", "tail"),
    [
        (0, "", "x1\nx2\n"),
        (2, "x1", "x2\n"),
        (3, "x1", "x2\n"),
        (4, "x1\nx", "2\n"),
        (6, "x1\nx2", ""),
    ],
)
def test_splitting(ada: Author, offset: int, head: str, tail: str) -> None:
    ada.do(schema.split_cell(ada.document, "x", offset, "new"))
    assert ada.seen()[:3] == [("x", head), ("new", tail), ("y", "y1\ny2\n")]


def test_merging(ada: Author) -> None:
    ada.do(schema.merge_cells(ada.document, "x", ["y", "z"]))
    assert ada.seen() == [("x", "x1\nx2\n\ny1\ny2\n\nz1\nz2\n")]


def test_outputs_are_those_of_the_cell_in_their_order(ada: Author) -> None:
    for index in (10, 2, 0):
        ada.do(schema.create_output("x", "r", index, {"output_type": "stream", "text": str(index)}))
    ada.do([*schema.create_output("y", "r", 0, {"text": "y"}), *schema.create_run("x", "r", 5)])
    assert [output["text"] for output in schema.outputs_of(ada.document, "x")] == ["0", "2", "10"]
    assert schema.execution_count(ada.document, "x") == 5
    ada.do(schema.clear_outputs(ada.document, "x"))
    assert schema.outputs_of(ada.document, "x") == []
    assert schema.execution_count(ada.document, "x") is None
    assert order(ada) == "xyz"


def test_an_output_does_not_revive_its_cell_and_comes_back_with_it(ada: Author) -> None:
    host = Author("f")
    both(ada, host)
    ada.do(schema.delete_cells(["x"]))
    host.do(schema.create_output("x", "r", 0, {"text": "late"}))
    both(ada, host)
    assert order(ada) == "yz"


def test_cells_inserted_at_one_place_at_a_time_have_an_order_and_room_between() -> None:
    ada, ben = Author("a"), Author("b")
    ada.add("x", 0)
    both(ada, ben)
    ada.add("ada", 1)
    ben.add("ben", 1)
    both(ada, ben)
    ada.add("between", 2)
    assert [key for key, _ in ada.seen()][2] == "between"


def test_a_document_without_a_notebook_record_has_no_metadata(ada: Author) -> None:
    assert schema.metadata(ada.document) == {}
