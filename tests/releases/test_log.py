"""The log of an earlier release is opened and gone on with; nothing in it changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.server.store import DocumentInfo, Store
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.checkpoint import decode_checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import PatchId
from tests.releases.kept import of_each_release
from tests.server.making import NOW, draft, typed
from tests.server.store_suite import whole

ANN = "a1" * 8


@pytest.fixture
def log(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(release / "log.sqlite", tmp_path))


def _found(document: Document) -> dict[str, Any]:
    return {
        "texts": {"/".join(at): text for at, text in document.texts().items()},
        "records": {key: dict(document.records[key]) for key in document.records},
    }


async def _replayed(store: Store, doc: str) -> Document:
    document = Document()
    document.apply([patch for _, patch in await whole(store, 1000, doc)])
    return document


@of_each_release
async def test_everything_in_it_is_there(release: Path, log: Path) -> None:
    kept = json.loads((release / "log.json").read_text())
    store = SqliteStore(log)
    members = await store.members()
    assert {name: one.role for name, one in members.items()} == kept["members"]
    for number, (path, told) in enumerate(kept["documents"].items()):
        doc, info = told["doc"], await store.document_at(path)
        kind = "notebook" if path.endswith(".ipynb") else "text"
        assert info == DocumentInfo(doc, path, kind, f"log{number}", number + 1)
        document = await _replayed(store, doc)
        assert len(document) == told["entries"]
        assert _found(document) == {"texts": told["texts"], "records": told["records"]}
        checkpoint = await store.checkpoint(doc)
        assert checkpoint is not None
        assert checkpoint[0] == told["entries"]
        assert dict(decode_checkpoint(checkpoint[1]).texts).keys() == document.texts().keys()
        assert await store.heads(doc, told["entries"]) == document.heads
    assert await store.owner(ANN) == "ann"
    await store.close()


@of_each_release
async def test_it_goes_on(release: Path, log: Path) -> None:
    kept = json.loads((release / "log.json").read_text())["documents"]["notes.txt"]
    store = SqliteStore(log)
    doc, entries = kept["doc"], kept["entries"]
    head = (PatchId(ANN, 119),)
    new = draft(typed("f" * 16, 0, head), "ann", doc)
    assert await store.append([new], NOW) == [entries + 1]
    (stolen,) = await store.append([draft(typed(ANN, 120), "eve", doc)], NOW)
    assert not isinstance(stolen, int)
    await store.close()
    store = SqliteStore(log)
    assert len(await whole(store, 1000, doc)) == entries + 1
    await store.close()
