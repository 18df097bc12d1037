"""Notebooks in and out without loss: real files, then what nobody would write but somebody did."""

from __future__ import annotations

import difflib
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import model, schema
from cocalc_tui.notebook.ipynb import EMPTY, read, write
from cocalc_tui.notebook.jsontext import MAX_DEPTH, items, members
from cocalc_tui.notebook.model import Notebook, NotebookError
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Create, PatchId, Put
from tests.shared_data import notebooks


def real() -> list[Path]:
    return sorted(notebooks().glob("*.ipynb"))


def text_of(file: Path) -> str:
    return file.read_bytes().decode()


def through_records(notebook: Notebook) -> Notebook:
    """Make a document of it, and take it from there, as everything does that is opened."""
    document = Document()
    document.commit(PatchId("f" * 16, 0), 1, model.creation(notebook), "import")
    assert not document.refused
    return model.take(document)


def joined(value: Any) -> Any:
    """Whether a text is one string or lines is not a difference."""
    if isinstance(value, dict):
        return {key: joined(item) for key, item in value.items()}
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "".join(value)
    return [joined(item) for item in value] if isinstance(value, list) else value


def with_cell(notebook: Notebook, at: int, **changes: Any) -> Notebook:
    cells = list(notebook.cells)
    cells[at] = replace(cells[at], **changes)
    return replace(notebook, cells=tuple(cells))


def cell_lines(text: str, number: int) -> range:
    """The lines on which the `number`-th cell stands."""
    (array,) = (span for span in members(text) if span.key == "cells")
    span = items(text, array)[number]
    return range(text.count("\n", 0, span.start), text.count("\n", 0, span.end) + 1)


# --- real notebooks ----------------------------------------------------------------------------


def test_real_notebooks_come_back_to_the_byte() -> None:
    for file in real():
        text = text_of(file)
        assert write(through_records(read(text, "salt")), text) == text, file.name


def test_real_notebooks_are_equal_without_the_old_file_and_then_stable() -> None:
    for file in real():
        text = text_of(file)
        new = write(through_records(read(text)))
        found, wanted = joined(json.loads(new)), joined(json.loads(text))
        if "invalid_unique_cell_id" in file.name:
            assert found["cells"][1].pop("id") != wanted["cells"][1].pop("id")
        assert found == wanted, file.name
        assert write(through_records(read(new))) == new
        assert write(through_records(read(new)), new) == new


def test_most_real_notebooks_have_the_same_bytes_without_the_old_file() -> None:
    same = [write(read(text_of(file))) == text_of(file) for file in real()]
    assert same.count(True) / len(same) > 0.85


def test_one_edit_changes_only_the_lines_of_its_cell() -> None:
    chance = random.Random(7)
    for file in real():
        text = text_of(file)
        notebook = read(text)
        at = chance.randrange(len(notebook.cells))
        edited = write(with_cell(notebook, at, source=notebook.cells[at].source + "\nx = 1"), text)
        before, after = json.loads(text), json.loads(edited)
        assert after["cells"][at].pop("source")[-1] == "x = 1"
        before["cells"][at].pop("source", None)
        if "invalid_unique_cell_id" in file.name:
            before["cells"][at].pop("id")
            after["cells"][at].pop("id")
        assert joined(before) == joined(after), file.name
        old, new = text.split("\n"), edited.split("\n")
        lines = cell_lines(text, at)
        for tag, low, high, *_ in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
            assert tag == "equal" or (low >= lines.start and high <= lines.stop), file.name


def test_equal_text_and_salt_make_equal_operations() -> None:
    text = text_of(real()[0])
    assert model.creation(read(text, "s")) == model.creation(read(text, "s"))
    keys = {cell.key for cell in read(text, "s").cells}
    assert keys.isdisjoint(cell.key for cell in read(text, "t").cells)


# --- layout ------------------------------------------------------------------------------------


def notebook_json(*cells: Any, minor: int = 5, **more: Any) -> Any:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor, **more}


def code(source: Any = (), **more: Any) -> Any:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "a"}
    return cell | {"metadata": {}, "outputs": [], "source": list(source)} | more


LAYOUTS: dict[str, dict[str, Any]] = {
    "jupyter": {"indent": 1, "sort_keys": True},
    "four spaces": {"indent": 4},
    "tabs": {"indent": "\t"},
    "no indent": {"indent": 0},
    "one line": {},
    "compact": {"separators": (",", ":")},
    "spaced": {"indent": 2, "separators": (",", " : ")},
    "all ASCII": {"indent": 1, "ensure_ascii": True},
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_layouts_are_kept(name: str, end: str) -> None:
    options = {"ensure_ascii": False} | LAYOUTS[name]
    cells = [code(["a = 'é'\n", "b"], id="a"), code(id="b"), code(["c"], id="c")]
    text = json.dumps(notebook_json(*cells), **options) + end
    notebook = through_records(read(text))
    assert write(notebook, text) == text
    assert write(notebook) == text
    cells[1]["source"] = ["ü"]
    edited = json.dumps(notebook_json(*cells), **options) + end
    assert write(with_cell(notebook, 1, source="ü"), text) == edited
    fewer = json.dumps(notebook_json(cells[0], cells[2]), **options) + end
    kept = (notebook.cells[0], notebook.cells[2])
    assert write(replace(notebook, cells=kept), text) == fewer
    turned = json.dumps(notebook_json(cells[2], cells[0]), **options) + end
    assert write(replace(notebook, cells=kept[::-1]), text) == turned


def test_windows_line_ends_are_kept() -> None:
    text = json.dumps(notebook_json(code(["a\r\n", "b"])), indent=1).replace("\n", "\r\n")
    assert write(read(text)) == text
    assert "\n" not in write(with_cell(read(text), 0, source="x\ny"), text).replace("\r\n", "")


HAND_MADE = """{ "nbformat":4,"nbformat_minor" : 2,
  "metadata": {"b":1, "a":[ ]},
  "cells": [ {"cell_type":"markdown","metadata":{},"source":"one\\ntwo"}
    , {"source":[ "x","y" ], "cell_type":"code",
       "outputs":[{"output_type":"stream","name":"stdout","text":"1\\n"}],
       "metadata":{}, "execution_count" : 3 }

    ,{"cell_type":"markdown","metadata":{},"source":"one\\ntwo"}
  ] }"""


def test_a_layout_made_by_hand_stays_but_for_what_is_edited() -> None:
    notebook = through_records(read(HAND_MADE))
    assert write(notebook, HAND_MADE) == HAND_MADE
    edited = write(with_cell(notebook, 1, source="z"), HAND_MADE)
    assert edited.startswith(HAND_MADE[: HAND_MADE.index('{"source"')])
    assert edited.endswith(HAND_MADE[HAND_MADE.index("\n\n    ,{") :])
    assert json.loads(edited)["cells"][1]["outputs"][0]["text"] == "1\n"


def test_metadata_that_changes_leaves_the_cells_alone() -> None:
    notebook = read(HAND_MADE)
    fields = notebook.fields | {"metadata": {"kernelspec": {"name": "ir"}}}
    edited = write(replace(notebook, fields=fields), HAND_MADE)
    assert edited.startswith(HAND_MADE[: HAND_MADE.index('{"b"')])
    assert edited.endswith(HAND_MADE[HAND_MADE.index('"cells"') :])
    assert json.loads(edited)["metadata"] == {"kernelspec": {"name": "ir"}}


def test_a_notebook_can_lose_all_cells_and_get_new_ones() -> None:
    text = json.dumps(notebook_json(code(["a"])), indent=1) + "\n"
    notebook = read(text)
    none = write(replace(notebook, cells=()), text)
    assert none == json.dumps(notebook_json(), indent=1) + "\n"
    assert write(read(none), none) == none
    assert write(notebook, none) == text


def test_keys_unknown_to_nbformat_stay_where_they_were() -> None:
    cell: Any = code(["a"], id="a", zebra={"b": 1, "a": 2}, attachments={"x": 1}, Ant=None)
    output = {"output_type": "display_data", "data": {"text/x": "1"}, "metadata": {}, "odd": [1]}
    cell["outputs"] = [output]
    markdown = {"cell_type": "markdown", "metadata": {}, "source": [], "outputs": [], "id": "b"}
    text = json.dumps(notebook_json(cell, markdown, extra={"k": [None]}), indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    edited = write(with_cell(notebook, 0, source="b"), text)
    assert json.loads(edited)["cells"][0] == cell | {"source": ["b"]}


def test_attachments_and_every_kind_of_output_stay() -> None:
    png = "iVBORw0KGgo=\n"
    data = {
        "application/json": {"b": [1], "a": "x\ny"},
        "application/vnd.x+json": ["p\n", "q"],
        "image/png": png,
        "image/svg+xml": ["<svg>\n", "</svg>"],
        "text/html": ["<b>\n", "\x85", "x\r", "y"],
        "text/plain": "not in lines",
    }
    outputs = [
        {"name": "stdout", "output_type": "stream", "text": ["a\r", "b\x1b[31m\n"]},
        {"data": data, "execution_count": 2, "metadata": {}, "output_type": "execute_result"},
        {"data": data | {"image/png": [png]}, "metadata": {"w": 1}, "output_type": "display_data"},
        {"ename": "E", "evalue": "v", "output_type": "error", "traceback": ["1\n2", "3"]},
        {"output_type": "display_data", "data": {}, "metadata": {}},
    ]
    attachments = {"x.png": {"image/png": png}}
    cells = [
        code(["a"], outputs=outputs, execution_count=2),
        {
            "attachments": attachments,
            "cell_type": "markdown",
            "id": "b",
            "metadata": {"tags": []},
            "source": [],
        },
    ]
    text = json.dumps(notebook_json(*cells), indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    assert notebook.cells[0].outputs[0].data["text"] == "a\rb\x1b[31m\n"
    edited = json.loads(write(with_cell(notebook, 0, source="b"), text))
    assert edited["cells"][0]["outputs"] == outputs


def test_what_is_missing_or_null_stays_so_until_it_is_something() -> None:
    cells = [{"cell_type": "code"}, {"cell_type": "raw", "source": None, "metadata": {}}]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    edited = json.loads(write(with_cell(notebook, 0, source="x"), text))
    assert edited["cells"][0] == {"cell_type": "code", "source": ["x"]}
    edited = json.loads(write(with_cell(notebook, 1, source="x"), text))
    assert edited["cells"][1]["source"] == ["x"]
    edited = json.loads(write(replace(notebook, fields=notebook.fields | {"minor": 5})))
    assert edited["nbformat_minor"] == 5


# --- ids ---------------------------------------------------------------------------------------


def test_ids_are_written_from_4_5_on_only() -> None:
    document = Document()
    for minor in (4, 5):
        document = Document()
        text = json.dumps(notebook_json(minor=minor), indent=1) + "\n"
        document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
        document.commit(PatchId("a" * 16, 0), 2, schema.insert_cell(document, "k" * 16, 0))
        (cell,) = json.loads(write(model.take(document), text))["cells"]
        assert ("id" in cell) == (minor == 5)


def test_an_id_that_two_cells_have_changes_when_the_second_is_edited() -> None:
    text = json.dumps(notebook_json(code(["a"]), code(["b"]), code(["c"], id="c")), indent=1)
    notebook = read(text)
    assert write(notebook, text) == text

    def ids(written: str) -> list[str]:
        return [cell["id"] for cell in json.loads(written)["cells"]]

    assert ids(write(with_cell(notebook, 0, source="x"), text)) == ["a", "a", "c"]
    second = notebook.cells[1].key
    edited = with_cell(notebook, 1, source="x")
    written = write(edited, text)
    assert ids(written) == ["a", second, "c"]
    assert write(edited, written) == written


def test_a_missing_id_is_given_when_the_cell_is_edited() -> None:
    cell = code(["a"])
    del cell["id"]
    text = json.dumps(notebook_json(cell), indent=1)
    notebook = read(text)
    assert write(notebook, text) == text
    edited = with_cell(notebook, 0, source="x")
    assert json.loads(write(edited, text))["cells"][0]["id"] == notebook.cells[0].key


# --- values that records cannot hold -----------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [True, False])
def test_lone_surrogates_are_kept_escaped(ascii_only: bool) -> None:
    odd = '"\\ud83d alone, \\ud83d\\ude00 not\\n", "\\udc00"'
    word = '"\\u00fc"' if ascii_only else '"ü"'
    text = json.dumps(notebook_json(code(["S"], execution_count=1)), indent=1) + "\n"
    text = text.replace('"S"', odd).replace('"metadata": {}', f'"metadata": {{"\\ud800": {word}}}')
    text = text.replace("\\ud83d\\ude00", "😀") if not ascii_only else text
    notebook = through_records(read(text))
    notebook.cells[0].source.encode()
    assert notebook.cells[0].source.endswith("not\n" + chr(0x10DC00))
    assert write(notebook, text) == text
    assert json.loads(write(notebook)) == json.loads(text)
    edited = write(with_cell(notebook, 0, source=notebook.cells[0].source + "!"), text)
    edited.encode()
    assert json.loads(edited)["cells"][0]["source"][1] == "\udc00!"


def test_surrogates_beside_private_characters_find_another_place() -> None:
    text = json.dumps(notebook_json(code(["\ud800" + chr(0x10D805)])), indent=1) + "\n"
    notebook = through_records(read(text))
    assert json.loads(write(notebook)) == json.loads(text)
    both = json.dumps(notebook_json(code(["\ud800" + chr(0x10D805) + chr(0xFD805)])))
    with pytest.raises(NotebookError, match="lone surrogates"):
        read(both)


def test_numbers_that_do_not_fit_are_kept() -> None:
    values = "[123456789012345678901234567890, -9223372036854775808, NaN, -Infinity, 1e-7, 0.1]"
    more = '{"$number": "5"}, {"$$number": 5}, {"$number": NaN}'
    text = json.dumps(notebook_json(code(["a"], metadata={"v": "V"})), indent=1) + "\n"
    text = text.replace('"V"', f"[{values}, {more}]")
    notebook = through_records(read(text))
    assert "NaN" not in str(notebook.cells[0].fields["metadata"]).replace("'NaN'", "")
    before = json.loads(text)["cells"][0]["metadata"]
    edited = json.loads(write(with_cell(notebook, 0, source="b"), text))["cells"][0]["metadata"]
    assert repr(edited) == repr(before)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
lines = st.one_of(st.text(), st.lists(st.text(), max_size=4))
bundles = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/png", "application/json", "x"]),
    lines | json_values,
    max_size=3,
)
raw_outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "error"])},
    optional={"text": lines, "data": bundles, "metadata": json_values, "other": json_values},
)
raw_cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"])},
    optional={
        "source": lines | st.none(),
        "metadata": st.dictionaries(st.text(), json_values, max_size=2),
        "execution_count": st.none() | st.integers(0, 99),
        "outputs": st.lists(raw_outputs, max_size=2),
        "attachments": st.dictionaries(st.text(), json_values, max_size=1),
        "id": st.sampled_from("abcdef"),
        "level": json_values,
    },
)


@given(st.lists(raw_cells, max_size=3), st.booleans(), st.sampled_from([None, 1, 2]), st.data())
def test_any_notebook_comes_back(
    cells: list[Any], ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    if any(c["cell_type"] != "code" and not isinstance(c.get("outputs", []), list) for c in cells):
        return
    text = json.dumps(notebook_json(*cells, minor=4), indent=indent, ensure_ascii=ascii_only)
    notebook = through_records(read(text))
    assert write(notebook, text) == text
    without = write(notebook)
    for cell in (again := json.loads(without))["cells"]:
        cell.pop("id", None)
    plain = [{k: v for k, v in cell.items() if k != "id"} for cell in cells]
    assert repr(joined(again["cells"])) == repr(joined(json.loads(json.dumps(plain))))
    assert write(through_records(read(without))) == without
    if cells:
        at = data.draw(st.integers(0, len(cells) - 1))
        edited = write(with_cell(notebook, at, source="edited\n"), text)
        assert write(read(edited), edited) == edited
        others = [json.loads(text)["cells"][n] for n in range(len(cells)) if n != at]
        found = json.loads(edited)["cells"]
        assert joined(found.pop(at)["source"]) == "edited\n"
        assert repr(found) == repr(others)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [', "line 1, column 12: expecting value"),
        ('{"cells": []\n"a": 1}', 'line 2, column 1: a comma or "}" should be here'),
        ("<<<<<<< HEAD\n", "line 1, column 1: an object should begin here"),
        ("[]", "an object should begin here"),
        ('{"cells" []}', "a colon should be here"),
        ("{cells: []}", "a key in double quotes should be here"),
        ('{"cells": [1 2]}', "expecting ',' delimiter"),
        ('{"a": 1} x', "nothing more should be here"),
        ('{"a": 1, "a": 2}', 'the key "a" is there twice'),
        ('{"a": ' + "9" * 5000 + "}", "thousands of digits"),
        ('{"a": ' + "[" * 100_000 + "}", "nested too deeply"),
        ("{}", "it has no nbformat"),
        ('{"nbformat": true}', "it has no nbformat"),
        ('{"nbformat": 1, "cells": []}', "old format 1; convert it first: jupyter nbconvert"),
        ('{"nbformat": 3, "worksheets": 1}', "format cannot be read: it has no list of worksheets"),
        ('{"nbformat": 5}', "format 5, newer than what is known"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "cells": [1]}', "cell 1 is not an object"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_equal_keys_inside_of_a_value_stay_until_it_is_edited() -> None:
    text = json.dumps(notebook_json(code(["a"]), code(["b"], id="b")), indent=1)
    text = text.replace('"metadata": {}', '"metadata": {"k": 1, "k": 2}')
    notebook = through_records(read(text))
    assert notebook.cells[0].fields["metadata"] == {"k": 2}
    edited = write(with_cell(notebook, 0, source="x"), text)
    assert edited.count('{"k": 1, "k": 2}') == 2
    assert json.loads(edited)["cells"][0]["metadata"] == {"k": 2}


def test_nesting_that_cannot_be_carried_is_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    with pytest.raises(NotebookError, match="nested more than 100 levels deep"):
        read(json.dumps(notebook_json(code(), deep=deep)))


def test_an_empty_file_is_a_new_notebook() -> None:
    new = read("  \n")
    assert write(new, "  \n") == "  \n"
    edited = EMPTY.replace('"source": []', '"source": [\n    "x"\n   ]')
    assert write(with_cell(new, 0, source="x"), "  \n") == edited
    assert write(read(EMPTY), EMPTY) == EMPTY


# --- what the kernels made ---------------------------------------------------------------------


def test_counts_and_outputs_of_runs_are_written() -> None:
    document = Document()
    text = json.dumps(notebook_json(code(["a"], execution_count=1)), indent=1) + "\n"
    document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
    (cell,) = schema.cells(document)
    data: Any = {"output_type": "stream", "text": "1\n2\n", "name": "stdout"}
    ops = schema.create_run(cell, "r", 7) + schema.create_output(cell, "r", 0, data)
    document.commit(PatchId("a" * 16, 0), 2, [*ops, Create("spool", {"type": "spool", "at": 3})])
    wanted = {"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]}
    expected = notebook_json(code(["a"], execution_count=7, outputs=[wanted]))
    assert write(model.take(document), text) == json.dumps(expected, indent=1) + "\n"


def test_a_cell_that_becomes_markdown_writes_no_outputs() -> None:
    document = Document()
    output = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    text = json.dumps(notebook_json(code(["a"], outputs=[output])), indent=1)
    document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
    (cell,) = schema.cells(document)
    document.commit(PatchId("a" * 16, 0), 2, [Put(cell, "cell_type", "markdown")])
    wanted = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["a"]}
    assert json.loads(write(model.take(document), text))["cells"] == [wanted]
    document.commit(PatchId("a" * 16, 1), 3, [Put(cell, "cell_type", "code")])
    assert write(model.take(document), text) == text
