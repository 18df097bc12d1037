"""Pictures of screens lie in the top-level folder `snapshots/`, not beside the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]  # it has no types

SNAPSHOTS = Path(__file__).parents[2] / "snapshots"


@pytest.fixture(autouse=True)
def _snapshots_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    def dirname(cls: type, *, test_location: Any) -> str:
        return str(SNAPSHOTS / Path(test_location.filepath).stem)

    # The plugin picks its extension itself, so this is the only way in.
    monkeypatch.setattr(SVGImageExtension, "dirname", classmethod(dirname))
