"""The house's rule, proved: import each part in a new process and look at what came with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

ABOVE_SYNC = ["textual", "rich", "websockets", "apsw", "msgspec", "jupyter_client", "nbformat"]
RULES = {
    "cocalc_tui.sync.document": ["asyncio", "socket", *ABOVE_SYNC],
    "cocalc_tui.sync.versions": ["asyncio", "socket", *ABOVE_SYNC],
    "cocalc_tui.notebook.ipynb": ["asyncio", "socket", *ABOVE_SYNC],
    "cocalc_tui.protocol.connection": ["asyncio", "socket", "textual", "websockets", "apsw"],
    "cocalc_tui.client.workspace": ["textual", "rich", "apsw", "jupyter_client", "nbformat"],
    "cocalc_tui.server.relay": ["textual", "rich", "jupyter_client", "nbformat"],
    "cocalc_tui.server.main": ["textual", "rich"],
    # What a relay that starts does without: everybody waits for it after the one before was killed.
    "cocalc_tui.server.serve": [
        *("textual", "rich", "jupyter_client", "nbformat", "zmq", "platformdirs"),
        *("dulwich", "regex"),
    ],
    "cocalc_tui.widgets.editor.pane": ["apsw", "jupyter_client", "cocalc_tui.server"],
    "cocalc_tui.widgets.notebook.pane": ["apsw", "jupyter_client", "cocalc_tui.server"],
    "cocalc_tui.app": [
        *("apsw", "jupyter_client", "websockets", "cocalc_tui.server"),
        # What the first screen does without: half a second of CPU is its bar.
        *(
            "cocalc_tui.widgets.editor.model",
            "cocalc_tui.widgets.notebook.view",
            "cocalc_tui.chat.model",
        ),
        *("cocalc_tui.widgets.searching.panel", "cocalc_tui.widgets.picker", "tree_sitter"),
    ],
    "cocalc_tui.cli": [
        "asyncio.base_events",
        "subprocess",
        "tempfile",
        "textual",
        "msgspec",
        "websockets",
        "apsw",
    ],
}


@pytest.mark.parametrize("module", RULES)
def test_nothing_comes_along_that_should_not(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    came = set(done.stdout.split())
    assert came.isdisjoint(RULES[module]), came.intersection(RULES[module])
