"""Our keys beside vim itself, where it is installed: the same text, caret and register."""

from __future__ import annotations

import shutil

import pytest

from tests.widgets.editor.vim.against import BEHIND_COLON, different


@pytest.mark.skipif(shutil.which("vim") is None, reason="needs vim")
def test_the_same_keys_do_the_same() -> None:
    assert not list(different(400, 11))
    assert not list(different(100, 11, BEHIND_COLON))
