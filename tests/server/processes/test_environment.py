from __future__ import annotations

import os
import pwd

from cocalc_tui.server.environment import clean, current_umask


def test_what_the_starter_held_stays_behind() -> None:
    planted = {
        "SSH_AUTH_SOCK": "/tmp/agent",
        "DISPLAY": ":0",
        "GITHUB_TOKEN": "secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "https_proxy": "http://me:secret@proxy",
        "TMUX": "/tmp/tmux",
        "PYTHONPATH": "/tmp/evil",
        "LD_PRELOAD": "/tmp/evil.so",
        "PATH": "/opt/bin:/usr/bin",
        "LC_ALL": "C.UTF-8",
        "LANG": "de_DE.UTF-8",
    }
    assert clean(planted) == {
        "PATH": "/opt/bin:/usr/bin",
        "LC_ALL": "C.UTF-8",
        "LANG": "de_DE.UTF-8",
        **account(),
    }


def test_who_we_are_comes_from_the_user_database() -> None:
    assert clean({"HOME": "/elsewhere", "USER": "somebody"}) == {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        **account(),
    }


def account() -> dict[str, str]:
    entry = pwd.getpwuid(os.geteuid())
    return {
        "HOME": entry.pw_dir,
        "USER": entry.pw_name,
        "LOGNAME": entry.pw_name,
        "SHELL": entry.pw_shell,
    }


def test_umask_is_read_and_left_alone() -> None:
    before = os.umask(0o026)
    try:
        assert current_umask() == 0o026
        assert current_umask() == 0o026
    finally:
        os.umask(before)
