"""A project folder of its own, with a runtime folder that is gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.processes.look import end


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ct-", dir="/tmp"))
    folder.chmod(0o711)
    monkeypatch.setenv(RUNTIME_VARIABLE, str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def project(tmp_path: Path, runtime: Path) -> Iterator[Path]:
    folder = tmp_path / "lab"
    folder.mkdir()
    yield folder
    end(folder)
