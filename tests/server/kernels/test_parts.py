"""Pictures of kernels: kept once they are in the document, gone where they were replaced."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from cocalc_tui.notebook.blobs import blobs_of, put_back
from cocalc_tui.notebook.outputs import Item
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.kernels import parts as module
from cocalc_tui.server.kernels.parts import Parts


def picture(size: int = 9_000) -> dict[str, object]:
    data = base64.b64encode(os.urandom(size)).decode()
    return {"data": {"image/png": data, "text/plain": "<Figure>"}, "metadata": {}}


def count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_what_was_replaced_is_deleted_and_what_is_committed_stays(tmp_path: Path) -> None:
    parts = Parts(BlobStore(tmp_path))
    shown: list[Item] = [parts.item("display_data", picture()) for _ in range(5)]
    parts.sweep(shown[3:], committed=False)
    assert count(tmp_path) == 2
    parts.sweep(shown[4:], committed=True)
    assert count(tmp_path) == 1
    parts.sweep([], committed=False)
    assert count(tmp_path) == 1


def test_what_was_there_before_is_not_ours_to_delete(tmp_path: Path) -> None:
    same = picture()
    Parts(BlobStore(tmp_path)).item("display_data", same)
    parts = Parts(BlobStore(tmp_path))
    parts.item("display_data", same)
    parts.sweep([], committed=False)
    assert count(tmp_path) == 1


def test_an_animation_fills_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_YOUNG", 100_000)
    parts = Parts(BlobStore(tmp_path))
    for _ in range(100):
        item = parts.item("update_display_data", picture())
        if parts.many:
            parts.sweep([item], committed=False)
        assert count(tmp_path) < 12


def test_a_full_disk_costs_the_picture_if_it_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(BlobStore, "put", full)
    parts = Parts(BlobStore(tmp_path))
    small = parts.item("display_data", picture())
    assert not blobs_of(small)
    assert put_back(small, lambda _: None) is small
    large = parts.item("display_data", picture(3_000_000))
    assert large["data"] == {
        "text/plain": "<Figure>\n[image/png of 4,000,000 bytes cannot be kept: "
        "No space left on device]"
    }
