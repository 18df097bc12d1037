"""The program itself, its configuration, and the tools it uses where they are there."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui import __version__
from cocalc_tui.doctor.finding import Finding

TOOLS = {
    "git": "git's own history of a file cannot be shown beside ours",
    "ssh": "cocalc-tui HOST:PATH cannot be used from here",
}
"""Programs that some features need, and what is missing without them."""


def look_at_program(project: Path | None) -> Iterator[Finding]:
    """Release, Python, configuration and tools."""
    python = platform.python_version()
    yield Finding("fine", "program", f"cocalc-tui {__version__}, Python {python}, {sys.prefix}")
    yield from _look_at_configuration(project)
    for tool, missing in TOOLS.items():
        if shutil.which(tool) is None:
            yield Finding("note", tool, f"not found: {missing}", f"apt install {_package(tool)}")


def _package(tool: str) -> str:
    return {"ssh": "openssh-client"}.get(tool, tool)


def _look_at_configuration(project: Path | None) -> Iterator[Finding]:
    from cocalc_tui.widgets.registry import registry
    from cocalc_tui.widgets.settings_file import ConfigError, load, user_file

    try:
        loaded = load(registry(), project=project)
    except ConfigError as error:
        yield Finding("trouble", "settings", str(error), "cocalc-tui config edit")
        return
    changed = f"{len(loaded.sources)} changed" if loaded.sources else "the defaults"
    yield Finding("fine", "settings", f"{changed} ({user_file()})")
    for remark in loaded.remarks:
        yield Finding("note", "settings", remark)
