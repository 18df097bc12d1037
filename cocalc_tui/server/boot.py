"""Having a shared project there after the machine started, before its host logs in.

A user unit of systemd does that, where there is systemd; it needs "linger", which an administrator
may have to allow. Whether our processes outlive a logout is systemd's to say, too: with
KillUserProcesses they do not, and a guest's kernel would end with the host's ssh session.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.peers import user_name
from cocalc_tui.server.daemon import python_command
from cocalc_tui.server.paths import Places

_CONFIGURATION = ("etc/systemd/logind.conf", "usr/lib/systemd/logind.conf")
_KILLS = re.compile(
    r"^\s*KillUserProcesses\s*=\s*(yes|true|on|1)\s*$", re.MULTILINE | re.IGNORECASE
)
_UNIT = """\
[Unit]
Description=cocalc-tui: the shared project {name}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={start}
ExecStop={stop}

[Install]
WantedBy=default.target
"""


class BootError(Exception):
    """It cannot be arranged; one line that says why and what to do."""


@dataclass(frozen=True)
class Machine:
    """Where systemd keeps things, and how it is told something; tests have one of their own."""

    root: Path = Path("/")
    run: Callable[[Sequence[str]], str] = lambda words: _run(words)

    @property
    def has_systemd(self) -> bool:
        """Whether it runs here."""
        return (self.root / "run/systemd/system").is_dir()

    def lingers(self, user: str) -> bool:
        """Whether a user's units start without a login."""
        return (self.root / "var/lib/systemd/linger" / user).exists()

    @property
    def kills_at_logout(self) -> bool:
        """Whether what somebody leaves running ends with their last login."""
        files = [self.root / name for name in _CONFIGURATION]
        files += sorted((self.root / "etc/systemd/logind.conf.d").glob("*.conf"))
        return any(_KILLS.search(file.read_text()) for file in files if file.is_file())


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BootError((done.stderr.strip() or f"{words[0]} failed").splitlines()[-1])
    return done.stdout


def arrange(where: Places, machine: Machine, units: Path) -> list[str]:
    """Write a unit that starts the project's door at boot; returns lines for people.

    `units` is the user's folder of units. Raises BootError.
    """
    if not machine.has_systemd or shutil.which("systemctl") is None:
        raise BootError(
            "this machine is not run by systemd; start it at boot in another way, "
            f"such as with cron: @reboot {_words('start', where)}"
        )
    name = f"cocalc-tui-{where.runtime.name}.service"
    units.mkdir(parents=True, exist_ok=True)
    (units / name).write_text(
        _UNIT.format(
            name=_one_line(where.project.name),
            start=_words("start", where),
            stop=_words("stop", where),
        ),
        encoding="utf-8",
    )
    for words in (["daemon-reload"], ["enable", name]):
        machine.run(["systemctl", "--user", *words])
    lines = [f"{units / name} starts it when the machine starts"]
    user = user_name(where.host)
    if not machine.lingers(user):
        lines.append(
            f"but only if your units may run without a login: loginctl enable-linger {user}"
        )
    return lines


def warning(where: Places, machine: Machine) -> str:
    """What guests would lose when the host logs out, "" for nothing."""
    user = user_name(where.host)
    if not machine.has_systemd or not machine.kills_at_logout or machine.lingers(user):
        return ""
    return (
        "this machine ends what you leave running when you log out, the relay and kernels too "
        f"(KillUserProcesses): loginctl enable-linger {user}"
    )


def _words(verb: str, where: Places) -> str:
    command = [*python_command("cocalc_tui", verb), "--project", str(where.project)]
    return " ".join(map(_quoted, command))


def _quoted(word: str) -> str:
    """A word as systemd reads it: within quotes, `%` and `$` doubled."""
    if re.fullmatch(r"[\w@+=:,./-]+", word):
        return word
    escaped = _one_line(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace("%", "%%").replace("$", "$$")}"'


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
