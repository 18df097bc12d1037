"""The environment of the relay side: clean, whoever started it.

The relay is started by the first app of the day and lives for weeks; kernels inherit from it. What
that app's shell held (an ssh agent, a display, tokens of other tools) must not become readable to
everybody who can run a cell. So a list says what passes, and the rest comes from the user database.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from cocalc_tui.server.paths import RUNTIME_VARIABLE

PASSES = frozenset(
    {
        "JULIA_DEPOT_PATH",
        "JUPYTER_DATA_DIR",
        "JUPYTER_PATH",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "MODULEPATH",
        "PATH",
        "R_LIBS_USER",
        "TZ",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_DIRS",
        "XDG_DATA_HOME",
        RUNTIME_VARIABLE,
    }
)
"""Where programs and their data are, and how people read and write. Never who they are."""
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of `environment` passes, completed as a login would."""
    passed = {
        name: value
        for name, value in environment.items()
        if name in PASSES or name.startswith("LC_")
    }
    passed.setdefault("PATH", DEFAULT_PATH)
    passed.update(_account())
    return passed


def _account() -> dict[str, str]:
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        return {"HOME": "/"}
    name, shell = entry.pw_name, entry.pw_shell or "/bin/sh"
    return {"HOME": entry.pw_dir, "USER": name, "LOGNAME": name, "SHELL": shell}


def current_umask() -> int:
    """Return this process's umask without touching it, as threads may be creating files."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022
