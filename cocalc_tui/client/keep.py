"""Copies of work that could not be merged: nothing typed is lost, not even what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_state_path

from cocalc_tui.sync.patch import Patch, Splice


def kept_folder() -> Path:
    """Where the copies are."""
    return user_state_path("cocalc-tui") / "kept"


def _words(patches: Sequence[Patch]) -> str:
    typed = [op.insert for patch in patches for op in patch.ops if isinstance(op, Splice)]
    return "".join(typed)


def keep(path: str, patches: Sequence[Patch]) -> Path:
    """Write what these patches hold to a new private file, readable by people; returns it."""
    folder = kept_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = path.replace("/", "_")[-80:]
    copy = folder / f"{name}.{patches[0].id.session[:8]}-{patches[0].id.n}.txt"
    record = [
        {"id": list(patch.id), "time": patch.time, "ops": [list(op) for op in patch.ops]}
        for patch in patches
    ]
    text = f"{_words(patches)}\n\n--- the same, exactly ---\n{json.dumps(record)}\n"
    with copy.open("w", encoding="utf-8", errors="backslashreplace") as file:
        copy.chmod(0o600)
        file.write(text)
    return copy
