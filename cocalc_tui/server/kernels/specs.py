"""Kernel specifications: what Jupyter's folders say can be run here, and how.

Read as files, without `jupyter_client`: that one would start any kernel whose specification says
`python3` with *our* interpreter, so a kernel of another environment dies at its start.

Source: "Making kernels for Jupyter", https://jupyter-client.readthedocs.io/en/stable/kernels.html.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGEST = 2**20
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PYTHON = re.compile(r"python(3(\.\d+)?)?")


class SpecError(ValueError):
    """A file that is no specification; one line that says what and where."""


@dataclass(frozen=True)
class Spec:
    """A kernel that could be started."""

    name: str
    title: str
    language: str
    argv: list[str]
    """`{connection_file}` stands for the path of that file."""
    where: str
    """Path of its specification or interpreter."""
    env: dict[str, str] = field(default_factory=dict)
    """Set in addition to the clean environment."""
    interrupt_by_message: bool = False
    note: str = ""


def kernel_folders(environment: Mapping[str, str], prefixes: Iterable[Path]) -> list[Path]:
    """Return Jupyter's folders of kernels; what is found in an earlier one counts."""
    home = Path(environment.get("HOME", "/"))
    data_home = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    own = environment.get("JUPYTER_DATA_DIR")
    roots = [Path(part) for part in environment.get("JUPYTER_PATH", "").split(":") if part]
    roots.append(Path(own) if own else data_home / "jupyter")
    roots += [prefix / "share" / "jupyter" for prefix in prefixes]
    roots += [Path("/usr/local/share/jupyter"), Path("/usr/share/jupyter")]
    return [root / "kernels" for root in dict.fromkeys(roots)]


def find_specs(environment: Mapping[str, str], prefixes: Iterable[Path]) -> dict[str, Spec]:
    """Return the specifications by name; those that cannot be read are passed over."""
    found: dict[str, Spec] = {}
    for folder in kernel_folders(environment, prefixes):
        for spec in _specs_in(folder, environment):
            found.setdefault(spec.name, spec)
    return found


def _specs_in(folder: Path, environment: Mapping[str, str]) -> Iterable[Spec]:
    try:
        candidates = sorted(folder.iterdir())
    except OSError:
        return
    for candidate in candidates:
        try:
            yield read_spec(candidate, environment)
        except SpecError:
            continue


def read_spec(folder: Path, environment: Mapping[str, str]) -> Spec:
    """Read one; raises SpecError."""
    path = folder / "kernel.json"
    try:
        with path.open(encoding="utf-8") as file:
            said = json.loads(file.read(LARGEST))
        return _spec(folder, path, said, environment)
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SpecError(f"{path}: not a kernel specification ({error!r})") from None


def _spec(folder: Path, path: Path, said: Any, environment: Mapping[str, str]) -> Spec:
    name = folder.name.lower()
    argv = [str(word) for word in said["argv"]]
    if not (argv and _NAME.fullmatch(name)):
        raise SpecError(f"{path}: it names no program")
    prefix = _prefix_of(folder)
    replacements = {"{resource_dir}": str(folder), "{prefix}": str(prefix or "/usr")}
    for word, meaning in replacements.items():
        argv = [part.replace(word, meaning) for part in argv]
    env = {
        str(key): string.Template(str(value)).safe_substitute(environment)
        for key, value in said.get("env", {}).items()
    }
    return Spec(
        name=name,
        title=str(said.get("display_name") or name),
        language=str(said.get("language") or ""),
        argv=[_program(argv[0], prefix, environment), *argv[1:]],
        where=str(path),
        env={
            key: string.Template(value).safe_substitute(environment) for key, value in env.items()
        },
        interrupt_by_message=said.get("interrupt_mode") == "message",
    )


def _prefix_of(folder: Path) -> Path | None:
    """Return the environment that a specification lies in, None for a user's folder."""
    prefix = folder.parents[3] if len(folder.parents) > 3 else None
    if prefix is None or folder.parent != prefix / "share" / "jupyter" / "kernels":
        return None
    return prefix if (prefix / "bin").is_dir() else None


def _program(word: str, prefix: Path | None, environment: Mapping[str, str]) -> str:
    """Return which program is meant: `python3` is that of the specification's environment."""
    if prefix is not None and _PYTHON.fullmatch(word):
        for name in (word, "python3", "python"):
            if os.access(prefix / "bin" / name, os.X_OK):
                return str(prefix / "bin" / name)
    return shutil.which(word, path=environment.get("PATH")) or word
