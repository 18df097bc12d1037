"""A choice made on the screen, written into the person's own file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cocalc_tui.widgets.settings_file import ConfigError
from cocalc_tui.widgets.settings_kept import keep, with_setting


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'editor.keys = "vim"\n'),
        ('[editor]\nkeys = "emacs"  # mine\n', '[editor]\nkeys = "vim"  # mine\n'),
        ("[editor] # e\n[log]\n", '[editor] # e\nkeys = "vim"\n[log]\n'),
        ("[editor]", '[editor]\nkeys = "vim"\n'),
        ("editor.keys='default'", 'editor.keys="vim"'),
        ('[keys]\n"app.open" = "f2"', 'editor.keys = "vim"\n[keys]\n"app.open" = "f2"'),
        ('editor.wrap = "on"\n', 'editor.keys = "vim"\neditor.wrap = "on"\n'),
        ('[log]\nkeys = "x"\n', 'editor.keys = "vim"\n[log]\nkeys = "x"\n'),
    ],
)  # fmt: skip
def test_one_line_changes_or_comes(before: str, after: str) -> None:
    assert with_setting(before, "editor.keys", "vim") == after
    assert tomllib.loads(after)["editor"]["keys"] == "vim"


@pytest.mark.parametrize("text", ['editor = {keys = "emacs"}\n', "[editor\n", "editor = 1\n"])
def test_a_file_that_says_it_otherwise_is_left_alone(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"put editor.keys = 'vim' there yourself"):
        keep(file, "editor.keys", "vim")
    assert file.read_text() == text


def test_a_link_stays_one_and_a_mode_as_it_is(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "sub" / "config.toml"
    keep(real, "editor.keys", "vim")
    real.chmod(0o600)
    link.parent.mkdir()
    link.symlink_to(real)
    keep(link, "editor.keys", "emacs")
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ('editor.keys = "emacs"\n', 0o600)
    assert {one.name for one in tmp_path.iterdir()} == {"real.toml", "sub"}
