"""The project's folder: whose it is, its disk, its relay, its kernels."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cocalc_tui.doctor.finding import Finding, Grade
from cocalc_tui.joining import Project
from cocalc_tui.peers import user_name

SLOW = 0.020
"""Seconds of an fsync above which people feel it."""
TRIES = 9
LITTLE = 200 * 2**20
"""Bytes of free disk below which a long history may not fit."""


def look_at_project(project: Project) -> Iterator[Finding]:
    """What a person can tell of a project from where they are."""
    host = user_name(project.where.host)
    runs = "a relay runs" if project.runs() else "no relay runs; the first app starts it"
    yield Finding("fine", "project", f"{project.root}, hosted by {host}; {runs}")
    if not project.is_host:
        return
    yield from _look_at_disk(project.root)
    yield from _look_at_kernels(project.root)


def _look_at_disk(root: Path) -> Iterator[Finding]:
    if not os.access(root, os.W_OK | os.X_OK):
        mend = f"chmod u+w {root}"
        yield Finding("trouble", "disk", f"{root} cannot be written, and history lies in it", mend)
        return
    free = shutil.disk_usage(root).free
    if free < LITTLE:
        yield Finding("note", "disk", f"only {free // 2**20} MB are free")
    took = fsync_seconds(root)
    text = f"a write is safe in {took * 1000:.1f} ms"
    if took > SLOW:
        yield Finding("note", "disk", f"{text}: what you type reaches the others that much later")
    else:
        yield Finding("fine", "disk", text)


def fsync_seconds(folder: Path) -> float:
    """The median seconds of a small write with fsync in a folder."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(TRIES):
            file.write(b"x" * 100)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return median(times)


def _look_at_kernels(root: Path) -> Iterator[Finding]:
    from cocalc_tui.server.environment import clean
    from cocalc_tui.server.kernels.choice import find_choices

    choices = asyncio.run(find_choices(root, root, clean(os.environ)))
    for kernel in choices.listed():
        grade: Grade = "note" if kernel.note else "fine"
        yield Finding(grade, "kernel", f"{kernel.title} ({kernel.where})", kernel.note)
