"""Which kernel a notebook gets, and which others it could have.

The one it names; where that is "python3" as in most notebooks, the best Python there is for it. A
name that nothing here answers to is refused with what there is, never replaced by a guess.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cocalc_tui.protocol.events import KernelChoice
from cocalc_tui.server.kernels.pythons import Python, find_pythons
from cocalc_tui.server.kernels.specs import Spec, find_specs

PYTHON = "python3"
GENERIC = frozenset({PYTHON, "python", ""})
"""Names that do not say which Python."""


class UnknownKernelError(Exception):
    """No such kernel is here; one line with what there is."""


class Choices:
    """The kernels for one notebook, in the order to offer them."""

    def __init__(self, specs: Sequence[Spec]) -> None:
        self.specs = list(specs)

    def listed(self) -> list[KernelChoice]:
        """Return them for people."""
        return [
            KernelChoice(
                name=spec.name,
                title=spec.title,
                language=spec.language,
                where=spec.where,
                note=spec.note,
            )
            for spec in self.specs
        ]

    def named(self, name: str) -> Spec:
        """Return the one that a notebook names; raises UnknownKernelError."""
        wanted = PYTHON if name in GENERIC else name
        for spec in self.specs:
            if wanted.lower() == spec.name.lower():
                return spec
        names = [spec.name for spec in self.specs]
        near = difflib.get_close_matches(wanted, names, n=1)
        offer = f"did you mean {near[0]!r}? " if near else ""
        raise UnknownKernelError(
            f"the kernel {wanted[:80]!r} is not installed here; {offer}"
            f"choose another ({', '.join(names)}) or install it"
        )


async def find_choices(project: Path, folder: Path, environment: Mapping[str, str]) -> Choices:
    """Find the kernels for a notebook in `folder` of the project."""
    pythons = await find_pythons(project, folder, environment)
    usable = [python for python in pythons if python.has_ipykernel]
    specs = [_python_spec(python, pythons, environment) for python in usable]
    specs[0] = replace(specs[0], name=PYTHON)
    prefixes = [*(python.prefix for python in pythons), Path(sys.prefix)]
    others = find_specs(environment, prefixes)
    others.pop(PYTHON, None)
    return Choices([*specs, *others.values()])


def _python_spec(
    python: Python, all_pythons: Sequence[Python], environment: Mapping[str, str]
) -> Spec:
    env = {}
    if (python.prefix / "pyvenv.cfg").is_file():
        path = f"{python.prefix / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
        env = {"VIRTUAL_ENV": str(python.prefix), "PATH": path}
    return Spec(
        name=f"{PYTHON} ({python.label})",
        title=f"Python 3 ({python.label})",
        language="python",
        argv=[str(python.program), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        where=str(python.program),
        env=env,
        note=_why_ours(all_pythons) if python.ours else "",
    )


def _why_ours(pythons: Sequence[Python]) -> str:
    """Say why it is ours that runs, and the line that mends it; "" where a better one is there.

    The system's Python is not offered: distributions do not let pip change it.
    """
    if any(python.has_ipykernel and not python.ours for python in pythons):
        return ""
    for python in pythons:
        if not python.runs:
            line = f"python3 -m venv --clear {python.prefix} && {python.program} -m pip install"
            return f"the Python of {python.label} does not run; to mend it: {line} ipykernel"
        if python.of_project and not python.has_ipykernel:
            line = f"{python.program} -m pip install ipykernel"
            return f"{python.label} has no ipykernel; to use it: {line}"
    return (
        "the project has no Python of its own; to make one: "
        "python3 -m venv .venv && .venv/bin/pip install ipykernel"
    )
