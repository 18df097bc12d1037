"""Notebooks through a real relay: records in the log, .ipynb on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.sync.patch import Put, Splice
from tests.server.hosting import QUICK, running, until
from tests.shared_data import notebooks

NAME = "pytudes__ipynb__Countdown.ipynb"


async def test_two_people_in_one_notebook_and_only_their_cells_change(tmp_path: Path) -> None:
    original = (notebooks() / NAME).read_bytes()
    async with running(tmp_path, QUICK) as box:
        (box.project / "n.ipynb").write_bytes(original)
        one = await (await box.person()).open("n.ipynb")
        other = await (await box.person("alice")).open("n.ipynb")
        assert one.type == other.type == "notebook"
        cells = schema.cells(one.replica)
        assert cells == schema.cells(other.replica)
        await one.save()
        assert (box.project / "n.ipynb").read_bytes() == original
        one.change([Splice(0, 0, "# one\n", schema.input_of(cells[3]))])
        other.change([Splice(0, 0, "# other\n", schema.input_of(cells[3]))])
        other.change([Splice(0, 0, "# other\n", schema.input_of(cells[5]))])
        await until(lambda: one.saved and other.saved and one.numbers.upto == other.numbers.upto)
        await one.save()
        found = json.loads(box.read("n.ipynb"))
        first = "".join(found["cells"][3]["source"])
        assert first.count("# one\n") == first.count("# other\n") == 1
        changed = [
            at
            for at, cell in enumerate(json.loads(original)["cells"])
            if cell != found["cells"][at]
        ]
        assert changed == [3, 5]


async def test_cells_come_move_and_go(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        person = await box.person()
        await person.files.make("new.ipynb")
        document = await person.open("new.ipynb")
        assert box.read("new.ipynb") == ipynb.EMPTY
        (first,) = schema.cells(document.replica)
        key = "0123456789abcdef"
        document.change(schema.insert_cell(document.replica, key, 1, "markdown", "# Title"))
        document.change(schema.move_cells(document.replica, [key], 0))
        document.change([Splice(0, 0, "1 + 1", schema.input_of(first))])
        await document.save()
        one, other = json.loads(box.read("new.ipynb"))["cells"]
        assert (one["source"], one["id"], one["cell_type"]) == (["# Title"], key, "markdown")
        assert (other["source"], other["id"]) == (["1 + 1"], "first")


async def test_an_empty_file_is_a_new_notebook_and_stays_empty_until_edited(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as box:
        box.write("n.ipynb", "")
        document = await (await box.person()).open("n.ipynb")
        (cell,) = schema.cells(document.replica)
        await document.save()
        assert box.read("n.ipynb") == ""
        document.change([Splice(0, 0, "x", schema.input_of(cell))])
        await document.save()
        assert json.loads(box.read("n.ipynb"))["cells"][0]["source"] == ["x"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [', "n.ipynb: this is not a notebook's JSON: line 1, column 12"),
        ('{"nbformat": 1}', "n.ipynb: this notebook is of the old format 1; convert it first"),
    ],
)
async def test_what_is_no_notebook_is_said_in_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    async with running(tmp_path) as box:
        box.write("n.ipynb", text)
        with pytest.raises(RequestFailed) as caught:
            await (await box.person()).open("n.ipynb")
        assert caught.value.text.startswith(said)
        assert box.read("n.ipynb") == text


async def test_an_old_notebook_is_saved_in_format_4_by_the_first_edit(tmp_path: Path) -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["1"]}]}]}
    async with running(tmp_path) as box:
        box.write("n.ipynb", json.dumps(old))
        document = await (await box.person()).open("n.ipynb")
        (cell,) = schema.cells(document.replica)
        await document.save()
        assert box.read("n.ipynb") == json.dumps(old)
        document.change([Splice(1, 0, " + 1", schema.input_of(cell))])
        await document.save()
        found = json.loads(box.read("n.ipynb"))
        assert (found["nbformat"], found["cells"][0]["source"]) == (4, ["1 + 1"])
        found["cells"][0]["source"] = ["2"]
        box.write("n.ipynb", json.dumps(found))
        await document.save()
        await until(lambda: schema.source(document.replica, cell) == "2")


async def test_a_cell_changed_outside_merges_with_the_cell_typed_in(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("n.ipynb", (notebooks() / NAME).read_bytes().decode())
        document = await (await box.person()).open("n.ipynb")
        cells = schema.cells(document.replica)
        document.change([Splice(0, 0, "# typed\n", schema.input_of(cells[1]))])
        await until(lambda: document.sent)
        outside = json.loads(box.read("n.ipynb"))
        outside["cells"][1]["source"].insert(0, "# outside\n")
        outside["cells"][2]["source"] = ["replaced"]
        del outside["cells"][4]
        box.write("n.ipynb", json.dumps(outside, indent=1, ensure_ascii=False) + "\n")
        await document.save()
        found = json.loads(box.read("n.ipynb"))
        first = found["cells"][1]["source"]
        assert sorted(first[:2]) == ["# outside\n", "# typed\n"]
        first.remove("# typed\n")
        assert found == outside
        await until(lambda: len(schema.cells(document.replica)) == len(cells) - 1)


async def test_a_merge_conflict_in_the_file_is_not_overwritten(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("n.ipynb", ipynb.EMPTY)
        document = await (await box.person()).open("n.ipynb")
        (cell,) = schema.cells(document.replica)
        document.change([Splice(0, 0, "x", schema.input_of(cell))])
        broken = "<<<<<<< HEAD\n" + ipynb.EMPTY
        box.write("n.ipynb", broken)
        with pytest.raises(RequestFailed, match="line 1, column 1"):
            await document.save()
        assert box.read("n.ipynb") == broken
        box.write("n.ipynb", ipynb.EMPTY.replace('"metadata": {}', '"metadata": {"a": 1}'))
        await document.save()
        found = json.loads(box.read("n.ipynb"))
        assert (found["metadata"], found["cells"][0]["source"]) == ({"a": 1}, ["x"])


async def test_large_attachments_and_metadata_come_and_go(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        notebook = json.loads(ipynb.EMPTY)
        picture = {"a.png": {"image/png": "A" * 2**20}}
        notebook["cells"].append(
            {
                "attachments": picture,
                "cell_type": "markdown",
                "id": "m",
                "metadata": {},
                "source": [],
            }
        )
        states = {f"m{n}": {"state": {"value": f"{n}" * 1000}} for n in range(1_000)}
        state = {"$blob": 1, **states}
        notebook["metadata"] = {"kernelspec": {"name": "python3"}, "widgets": {"state": state}}
        text = json.dumps(notebook, indent=1) + "\n"
        box.write("n.ipynb", text)
        document = await (await box.person()).open("n.ipynb")
        code, shown = schema.cells(document.replica)
        assert schema.metadata(document.replica)["kernelspec"] == {"name": "python3"}
        await document.save()
        assert box.read("n.ipynb") == text
        metadata = {**schema.metadata(document.replica), "mine": 1}
        document.change([Put(schema.NOTEBOOK, "metadata", metadata)])
        document.change([Splice(0, 0, "x", schema.input_of(code))])
        await document.save()
        notebook["metadata"]["mine"] = 1
        notebook["cells"][0]["source"] = ["x"]
        assert json.loads(box.read("n.ipynb")) == notebook
        notebook["cells"][1]["attachments"]["b.png"] = {"image/png": "B" * 2**19}
        box.write("n.ipynb", json.dumps(notebook, indent=1) + "\n")
        await until(lambda: "b.png" in document.replica.records[shown]["attachments"])  # type: ignore[operator]  # a record of JSON
        assert len(json.dumps(document.replica.records[shown])) < 1000
        document.change([Splice(0, 0, "y", schema.input_of(shown))])
        await document.save()
        notebook["cells"][1]["source"] = ["y"]
        assert json.loads(box.read("n.ipynb")) == notebook


async def test_a_name_too_large_to_share_is_refused_in_one_line(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        notebook = json.loads(ipynb.EMPTY)
        notebook["cells"][0]["id"] = "A" * 2**23
        box.write("n.ipynb", text := json.dumps(notebook))
        with pytest.raises(RequestFailed, match=r"n.ipynb: one value of it has 8 MB"):
            await (await box.person()).open("n.ipynb")
        assert box.read("n.ipynb") == text


async def test_a_notebook_of_many_megabytes_is_shared_in_pieces(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        notebook = json.loads(ipynb.EMPTY)
        output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 2**20}}
        cell = notebook["cells"][0]
        notebook["cells"] = [cell | {"id": f"c{n}", "outputs": [output]} for n in range(12)]
        text = json.dumps(notebook, indent=1) + "\n"
        box.write("n.ipynb", text)
        document = await (await box.person()).open("n.ipynb")
        cells = schema.cells(document.replica)
        document.change([Splice(0, 0, "x", schema.input_of(cells[11]))])
        await document.save()
        notebook["cells"][11]["source"] = ["x"]
        assert box.read("n.ipynb") == json.dumps(notebook, indent=1) + "\n"
