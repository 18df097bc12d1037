"""Where real traces and notebooks lie, for the tests that read them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]


def _folder(name: str) -> Path:
    root = Path(os.environ.get("COCALC_TUI_TEST_DATA", _ROOT.parent / "shared"))
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"no real data: {name}/ is not in COCALC_TUI_TEST_DATA")
    return folder


def traces() -> Path:
    """The folder of editing traces; skips the test where there is none."""
    return _folder("traces")


def notebooks() -> Path:
    """The folder of real notebooks; skips the test where there is none."""
    return _folder("notebooks")
