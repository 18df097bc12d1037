"""Which Python runs a notebook that only says "python3": the project's, before ours.

A kernel in the wrong environment imports the wrong packages, or none. So the environments of the
project come first, then the PATH's python, and our own last, labelled as ours with the line that
mends it. Environments inside the project are looked at as files only: a viewer who asks which
kernels there are must not make a program run that somebody put there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.server.children import child

ENVIRONMENTS = (".venv", "venv", "env", ".conda")
"""Names under which an environment is looked for in the notebook's folder and those above."""
PATIENCE = 10.0
_PROBE = (
    "import importlib.util, json, sys\n"
    "print(json.dumps([sys.prefix, importlib.util.find_spec('ipykernel') is not None]))"
)


@dataclass(frozen=True)
class Python:
    """An interpreter."""

    program: Path
    prefix: Path
    has_ipykernel: bool
    label: str
    """How people call it: .venv, /usr/bin ..."""
    of_project: bool = False
    ours: bool = False
    runs: bool = True
    """Whether it is there at all, for us: an upgrade of the system breaks environments."""


async def find_pythons(project: Path, folder: Path, environment: Mapping[str, str]) -> list[Python]:
    """Return the interpreters for a notebook in `folder`, best first, with and without ipykernel.

    Our own is always the last, unless it is one of the others.
    """
    found = list(_of_project(project, folder))
    if (on_path := await _on_path(project, environment)) is not None:
        found.append(on_path)
    own = Path(sys.prefix)
    if all(python.prefix != own for python in found):
        found.append(Python(Path(sys.executable), own, True, "cocalc-tui's own", ours=True))
    return found


def _of_project(project: Path, folder: Path) -> Iterator[Python]:
    for above in (folder, *folder.parents):
        if not above.is_relative_to(project):
            return
        for name in ENVIRONMENTS:
            prefix = above / name
            program = prefix / "bin" / "python"
            if _is_environment(prefix):
                label = str(prefix.relative_to(project))
                runs = os.access(program, os.X_OK)
                usable = runs and _has_ipykernel(prefix)
                yield Python(program, prefix, usable, label, of_project=True, runs=runs)


def _is_environment(prefix: Path) -> bool:
    return (prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir()


def _has_ipykernel(prefix: Path) -> bool:
    return _installed_in(prefix) or (
        _uses_system_packages(prefix)
        and (_installed_in(Path("/usr/local")) or _installed_in(Path("/usr")))
    )


def _installed_in(prefix: Path) -> bool:
    packages = ("site-packages", "dist-packages")
    return any(
        True for name in packages for _ in prefix.glob(f"lib/python3*/{name}/ipykernel/__init__.py")
    )


def _uses_system_packages(prefix: Path) -> bool:
    with contextlib.suppress(OSError):
        said = (prefix / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").lower()
        return "include-system-site-packages = true" in said
    return False


async def _on_path(project: Path, environment: Mapping[str, str]) -> Python | None:
    """Return the PATH's python, which may be run to ask it, unless it lies in the project."""
    path = environment.get("PATH", "")
    program = shutil.which("python3", path=path) or shutil.which("python", path=path)
    if program is None or _inside(program, project):
        return None
    asked = await _ask(program, environment)
    if asked is None:
        return None
    prefix, has_ipykernel = asked
    return Python(Path(program), Path(prefix), has_ipykernel, program)


def _inside(program: str, project: Path) -> bool:
    return any(Path(path).is_relative_to(project) for path in (program, os.path.realpath(program)))


async def _ask(program: str, environment: Mapping[str, str]) -> tuple[str, bool] | None:
    """Ask an interpreter where it is and whether it has ipykernel; None where it does not say."""
    started = child(
        program,
        "-c",
        _PROBE,
        env=environment,
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE), started as process:
            said, _ = await process.communicate()
        prefix, has_ipykernel = json.loads(said)
        return str(prefix), bool(has_ipykernel)
    except (OSError, ValueError, TimeoutError):
        return None
