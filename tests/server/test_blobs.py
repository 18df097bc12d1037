"""Large parts of outputs: kept by the host, in files as before, and fetched by apps."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import ipynb
from cocalc_tui.notebook.blobs import blobs_of, name_of
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.host.content import NotebookContent

PICTURE = base64.b64encode(os.urandom(9_000)).decode()


def file(*outputs: dict[str, Any]) -> str:
    cell = {"cell_type": "code", "execution_count": 1, "id": "c", "metadata": {}, "source": "1"}
    cells = [cell | {"outputs": list(outputs)}]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def display(**data: str) -> dict[str, Any]:
    forms = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def document_of(content: NotebookContent, text: str) -> SharedDocument:
    ops, _ = content.read(text, "salt")
    return SharedDocument.offline("a.ipynb", content.type, ops)


# --- the store -----------------------------------------------------------------------------------


def test_what_was_put_is_got(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "b")
    data = os.urandom(1000)
    assert store.put(name_of(data), data)
    assert not store.put(name_of(data), data)
    assert store.get(name_of(data)) == data
    assert store.part(name_of(data), 10, 20) == (1000, data[10:30])
    assert store.part(name_of(data), 990, 20) == (1000, data[990:])
    (path,) = (path for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert path.stat().st_mode & 0o777 == 0o600
    store.drop(name_of(data))
    assert store.get(name_of(data)) is None


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "\0" * 64])
def test_only_names_lead_to_files(tmp_path: Path, name: str) -> None:
    store = BlobStore(tmp_path)
    assert store.get(name) is None
    assert store.part(name, 0, 10) == (0, b"")
    store.drop(name)
    with pytest.raises(ValueError, match="not the name"):
        store.put(name, b"x")


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outputs",
    [
        [display(image_png=PICTURE, text_plain="<Figure>")],
        [display(text_plain="a", image_png=PICTURE, text_html="<b>" * 40_000)],
        [{"output_type": "stream", "name": "stdout", "text": "line\n" * 900_000}],
        [display(image_png=base64.b64encode(os.urandom(6_000_000)).decode())],
    ],
)
def test_a_file_comes_back_as_it_was(tmp_path: Path, outputs: list[dict[str, Any]]) -> None:
    content = NotebookContent(BlobStore(tmp_path))
    text = file(*outputs)
    document = document_of(content, text)
    assert len(json.dumps([op for p in document.replica.patches() for op in p.ops])) < 400_000
    written, _ = content.write(content.take(document), text)
    assert written == text
    anew, _ = content.write(content.take(document), None)
    assert json.loads(anew) == json.loads(text)


def test_a_picture_that_another_program_changed_is_taken_in(tmp_path: Path) -> None:
    content = NotebookContent(BlobStore(tmp_path))
    before, after = file(display(image_png=PICTURE)), file(display(image_png="B" * 8_000))
    _, keys = content.read(before, "salt")
    ops, _ = content.changes(before, keys, after, "other")
    assert len(json.dumps(ops)) < 1_000
    same, _ = content.changes(before, keys, before.replace('"1"', '"2"'), "other")
    assert "display_data" not in json.dumps(same)


def test_what_the_store_has_lost_is_taken_from_the_file(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    content = NotebookContent(store)
    text = file(display(image_png=PICTURE, text_plain="<Figure>"))
    document = document_of(content, text)
    taken = content.take(document)
    for about in blobs_of(taken.cells[0].outputs[0].data).values():
        store.drop(str(about["name"]))
    assert content.write(taken, text)[0] == text
    (output,) = ipynb.read(content.write(taken, None)[0]).cells[0].outputs
    said = f"<Figure>\n[image/png of {len(PICTURE)} bytes is not there any more]"
    assert output.data["data"] == {"text/plain": said}


def test_a_disk_that_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(BlobStore, "put", full)
    content = NotebookContent(BlobStore(tmp_path))
    with pytest.raises(ValueError, match="cannot be kept: No space left on device"):
        content.read(file(display(image_png=PICTURE)), "salt")
