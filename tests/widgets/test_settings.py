from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from cocalc_tui.widgets.actions import Keymap
from cocalc_tui.widgets.editor.keysets import SETS, with_own
from cocalc_tui.widgets.keynames import canonical, canonical_sequence
from cocalc_tui.widgets.registry import registry
from cocalc_tui.widgets.settings import Settings
from cocalc_tui.widgets.settings_file import ConfigError, Loaded, load, user_file
from cocalc_tui.widgets.typed import KeyParser


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def read(own: Path, project: Path | None = None, **environment: str) -> Loaded:
    return load(registry(), environment=environment, project=project, user=own)


class TestPrecedence:
    def test_defaults(self, own: Path) -> None:
        assert read(own).settings == Settings()
        assert read(own).sources == {}

    def test_the_nearer_wins(self, own: Path, project: Path) -> None:
        own.write_text("[editor]\ntab_width = 2\nwrap = 'on'\n[screen]\nside_bar_width = 30\n")
        (project / "cocalc-tui.toml").write_text("[editor]\ntab_width = 3\nwrap = 'off'\n")
        loaded = load(
            registry(),
            flags={"screen.side_bar_width": 40},
            environment={
                "COCALC_TUI_EDITOR_WRAP": "auto",
                "COCALC_TUI_SCREEN_SIDE_BAR_WIDTH": "35",
            },
            project=project,
            user=own,
        )
        settings = loaded.settings
        assert (settings.editor_tab_width, settings.editor_wrap) == (3, "auto")
        assert settings.screen_side_bar_width == 40
        assert loaded.sources == {
            "editor.tab_width": str(project / "cocalc-tui.toml"),
            "editor.wrap": "COCALC_TUI_EDITOR_WRAP",
            "screen.side_bar_width": "command line",
        }

    def test_the_file_is_where_xdg_says(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert user_file() == tmp_path / "cocalc-tui" / "config.toml"


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (
                "[editor]\ntab_witdh = 2",
                "no setting 'editor.tab_witdh'; did you mean editor.tab_width?",
            ),
            ("tab_width = 2", "no setting 'tab_width'; did you mean editor.tab_width?"),
            ("[edtior]\nx = 2", "no setting 'edtior'"),
            ("[editor]\ntab_width = 99", "editor.tab_width is 99; it may be 1 to 16"),
            ("[editor]\ntab_width = true", "editor.tab_width is True; it may be 1 to 16"),
            ("[editor]\nwrap = 'never'", "editor.wrap is 'never'; it may be auto, on, off"),
            ("[keys]\n'app.opne' = 'f2'", "no action 'app.opne'; did you mean app.open?"),
            ("[keys]\napp.open = 'f99'", "app.open: no key 'f99'; did you mean f9?"),
            ("[keys]\napp.open = 3", "keys.app.open is 3; it is a key or a list of keys"),
            ("keys = 3", "keys is a table"),
            ("[editor", "Expected ']'"),
        ],
    )
    def test_are_one_line_with_file_and_key(self, own: Path, text: str, says: str) -> None:
        own.write_text(text)
        with pytest.raises(ConfigError) as caught:
            read(own)
        assert str(caught.value).startswith(f"{own}: {says}")
        assert "\n" not in str(caught.value)

    def test_not_text(self, own: Path) -> None:
        own.write_bytes(b"\xff\xfe")
        with pytest.raises(ConfigError, match="not UTF-8"):
            read(own)

    def test_too_large(self, own: Path) -> None:
        own.write_text("#" * 2_000_000)
        with pytest.raises(ConfigError, match="over 1 MB"):
            read(own)

    @pytest.mark.parametrize("word", ["wide", "-3", "3.5", "٣"])
    def test_a_variable_is_named(self, own: Path, word: str) -> None:
        with pytest.raises(ConfigError, match=r"^COCALC_TUI_EDITOR_TAB_WIDTH: editor\.tab_width"):
            read(own, COCALC_TUI_EDITOR_TAB_WIDTH=word)


class TestAProjectsFile:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[keys]\n'app.leave' = 'a'", "sets no keys"),
            ("[screen]\ntheme = 'quiet-light'", "a person's own"),
            ("[editor]\nwrap = 'on'\ntab_width = 0", "it may be 1 to 16"),
            ("nonsense", "Expected"),
        ],
    )
    def test_never_stops_the_start(self, own: Path, project: Path, text: str, says: str) -> None:
        (project / "cocalc-tui.toml").write_text(text)
        loaded = read(own, project)
        assert loaded.settings == Settings()
        assert len(loaded.remarks) == 1
        assert says in loaded.remarks[0]


class TestKeys:
    def test_are_remapped(self, own: Path) -> None:
        own.write_text("[keys]\napp.open = ['f2', 'ctrl+t o']\n'text.undo' = 'ctrl+u'\n")
        keys = read(own).settings.keys
        keymap = Keymap(registry(), keys)
        assert keymap.keys_of("app.open") == ("f2", "ctrl+t o")
        assert keymap.keys_of("text.undo") == ("ctrl+u",)

    def test_the_defaults_fit_together(self) -> None:
        Keymap(registry())

    @pytest.mark.parametrize(
        "scopes",
        [
            ("text", "editor", "tile", "app"),
            ("command", "notebook", "tile", "app"),
            ("cell", "text", "notebook", "tile", "app"),
            ("files", "tile", "app"),
        ],
    )
    def test_what_must_work_everywhere_does(self, scopes: tuple[str, ...]) -> None:
        keymap = Keymap(registry())
        for name, keys in {
            "app.palette": "ctrl+p",
            "app.open": "ctrl+o",
            "app.save": "ctrl+s",
            "app.leave": "ctrl+q",
            "app.help": "f1",
            "app.next_pane": "f6",
            "app.previous_pane": "shift+f6",
            "tile.close": "ctrl+w",
            "tile.split_right": "ctrl+t r",
        }.items():
            assert keymap.find(scopes, tuple(keys.split())) is registry()[name], name

    @pytest.mark.parametrize("chosen", sorted(SETS))
    def test_keys_with_alt_arrive_as_what_they_are_called(self, chosen: str) -> None:
        """In every terminal: an escape and the sign, for the key of an action that is shown."""
        keymap = Keymap(registry(), with_own(chosen, {}))
        parser = KeyParser(signs=keymap.alt_signs)
        for action in keymap.registry:
            keys = keymap.keys_of(action.name)
            for first in (one.split()[0] for one in keys[:1]):
                sign = first.removeprefix("alt+")
                if sign != first and len(sign) == 1:
                    came = [one for one in parser.feed(f"\x1b{sign}") if isinstance(one, Key)]
                    names = [canonical(one.key) for one in came]
                    # Textual has other names for alt with b and f.
                    begin = {canonical_sequence(one)[0] for one in keys}
                    assert len(names) == 1, action.name
                    assert begin >= {*names}, action.name

    def test_keys_that_never_arrive_or_are_others_are_not_used(self) -> None:
        taken = {"ctrl+b", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+[", "alt+enter", "f10", "f11"}
        for action in registry():
            assert not taken & set(action.keys), action.name
            if action.scope not in {"text", "command"}:
                assert "ctrl+a" not in action.keys, action.name
