from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.widgets.theme import LIGHT
from cocalc_tui.widgets.theme_adopted import NAMES as TEXTUAL
from cocalc_tui.widgets.theme_files import ThemeError, find, names, theme_folder


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    theme_folder().mkdir(parents=True)
    return theme_folder()


def test_a_theme_of_ones_own(folder: Path) -> None:
    (folder / "sepia.toml").write_text(
        "base = 'quiet-light'\n[colours]\nbackground = '#fdf6e3'\nsyntax-comment = '#93a1a1'\n"
    )
    sepia = find("sepia")
    assert names() == ["quiet-dark", "quiet-light", *TEXTUAL, "sepia"]
    assert (sepia.name, sepia.dark, sepia.background) == ("sepia", False, "#fdf6e3")
    assert sepia.variables["syntax-comment"] == "#93a1a1"
    assert sepia.variables["syntax-string"] == LIGHT.variables["syntax-string"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[colours]\nbackgroud = '#fdf6e3'", "did you mean background"),
        ("[colours]\nbackground = 'red'", "a colour is written"),
        ("colours = 3", "colours is a table"),
        ("base = 'sepia'", "it may be quiet-dark, quiet-light"),
        ("colors = 3", "no key 'colors'"),
        ("nonsense", "Expected"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, text: str, says: str) -> None:
    (folder / "sepia.toml").write_text(text)
    with pytest.raises(ThemeError) as raised:
        find("sepia")
    assert says in str(raised.value)
    assert str(folder / "sepia.toml") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unknown_theme_names_the_nearest() -> None:
    with pytest.raises(ThemeError, match="did you mean quiet-light"):
        find("quite-light")
