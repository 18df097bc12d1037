import pytest

from cocalc_tui.widgets.actions import Action, Keymap, KeyReader, KeysError, Registry, Scope
from cocalc_tui.widgets.keynames import canonical, canonical_sequence, shown
from cocalc_tui.widgets.registry import registry as all_actions

SCOPES = (Scope("app", "Everywhere"), Scope("command", "Command mode"), Scope("text", "Text"))
ACTIONS = (
    Action("app.open", "Open", ("ctrl+o",), footer=2),
    Action("app.split_right", "Split right", ("ctrl+t r", "ctrl+\\")),
    Action("command.delete", "Delete cell", ("d d", "x"), footer=1),
    Action("command.down", "Down", ("j", "down")),
    Action("text.down", "Down", ("down",)),
)


@pytest.fixture
def registry() -> Registry:
    return Registry(SCOPES, ACTIONS)


def read(reader: KeyReader, scopes: list[str], *keys: str) -> list[str | None]:
    results = [reader.press(scopes, key) for key in keys]
    return [one.name if isinstance(one, Action) else one for one in results]


class TestRegistry:
    def test_refuses_a_name_twice(self) -> None:
        with pytest.raises(ValueError, match=r"two actions are named app\.open"):
            Registry(SCOPES, [*ACTIONS, Action("app.open", "Again")])

    def test_refuses_a_scope_nobody_describes(self) -> None:
        with pytest.raises(ValueError, match="no scope is named 'nowhere'"):
            Registry(SCOPES, [Action("nowhere.go", "Go")])


class TestKeymap:
    def test_the_inner_scope_wins(self, registry: Registry) -> None:
        keymap = Keymap(registry)
        assert keymap.find(["text", "command", "app"], ("down",)) is registry["text.down"]
        assert keymap.find(["command", "app"], ("down",)) is registry["command.down"]
        assert keymap.find(["app"], ("down",)) is None

    def test_own_keys_replace_the_defaults(self, registry: Registry) -> None:
        keymap = Keymap(registry, {"app.open": ["F2", "ctrl+t o"]})
        assert keymap.keys_of("app.open") == ("f2", "ctrl+t o")
        assert keymap.find(["app"], ("ctrl+o",)) is None
        assert keymap.find(["app"], ("f2",)) is registry["app.open"]

    def test_an_own_key_is_taken_from_who_had_it(self, registry: Registry) -> None:
        keymap = Keymap(registry, {"command.delete": ["j"]})
        assert keymap.find(["command"], ("j",)) is registry["command.delete"]
        assert keymap.keys_of("command.down") == ("down",)

    def test_an_own_key_of_everywhere_works_everywhere(self, registry: Registry) -> None:
        keymap = Keymap(registry, {"app.open": ["ctrl+o", "x", "down"], "text.down": ["down"]})
        assert keymap.find(["command", "app"], ("x",)) is registry["app.open"]
        assert keymap.keys_of("command.delete") == ("d d",)
        assert keymap.find(["command", "app"], ("down",)) is registry["app.open"]
        # What a person chose for one place stays there.
        assert keymap.find(["text", "app"], ("down",)) is registry["text.down"]

    def test_an_action_may_be_left_without_a_key(self, registry: Registry) -> None:
        assert Keymap(registry, {"app.open": []}).keys_of("app.open") == ()

    @pytest.mark.parametrize(
        ("own", "says"),
        [
            ({"app.opne": ["f2"]}, "no action 'app.opne'; did you mean app.open?"),
            ({"app.open": ["ctrl+pgupp"]}, "app.open: no key 'ctrl+pgupp'; did you mean pageup?"),
            ({"app.open": [""]}, "app.open: an empty key"),
            ({"app.open": ["ctrl+t"]}, "ctrl+t is app.open and also begins a longer key"),
            (
                {"command.down": ["f2"], "command.delete": ["f2"]},
                "f2 is given to both command.delete and command.down",
            ),
        ],
    )
    def test_says_what_is_wrong(
        self, registry: Registry, own: dict[str, list[str]], says: str
    ) -> None:
        with pytest.raises(KeysError) as caught:
            Keymap(registry, own)
        assert str(caught.value) == says

    def test_footer_shows_what_works_here_by_rank(self, registry: Registry) -> None:
        keymap = Keymap(registry)
        assert [one.name for one in keymap.footer(["command", "app"])] == [
            "command.delete",
            "app.open",
        ]
        assert [one.name for one in keymap.footer(["app"])] == ["app.open"]


class TestKeyReader:
    def test_reads_sequences(self, registry: Registry) -> None:
        reader = KeyReader(Keymap(registry))
        scopes = ["command", "app"]
        assert read(reader, scopes, "d", "d", "j") == ["waiting", "command.delete", "command.down"]
        assert read(reader, scopes, "ctrl+t", "r") == ["waiting", "app.split_right"]

    def test_a_broken_sequence_of_characters_starts_afresh(self, registry: Registry) -> None:
        reader = KeyReader(Keymap(registry))
        assert read(reader, ["command"], "d", "j") == ["waiting", "command.down"]
        assert read(reader, ["command"], "d", "q", "d", "d") == [
            "waiting",
            None,
            "waiting",
            "command.delete",
        ]

    def test_nothing_is_typed_after_a_prefix(self, registry: Registry) -> None:
        reader = KeyReader(Keymap(registry))
        assert read(reader, ["text", "app"], "ctrl+t", "q", "q") == ["waiting", "swallowed", None]


class TestKeyNames:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("question_mark", "?"),
            ("ctrl+underscore", "ctrl+/"),
            ("ctrl+slash", "ctrl+/"),
            ("ctrl+at", "ctrl+space"),
            ("ctrl+shift+A", "ctrl+shift+a"),
            ("ctrl+A", "ctrl+shift+a"),
            ("shift+\r", "shift+enter"),
            ("shift+m", "M"),
            ("shift+ctrl+f6", "ctrl+shift+f6"),
            ("ctrl+m", "enter"),
            ("plus", "+"),
            ("ctrl+plus", "ctrl++"),
            ("ctrl++", "ctrl++"),
            ("+", "+"),
            ("backslash", "\\"),
            ("ä", "ä"),
        ],
    )
    def test_has_one_spelling(self, written: str, name: str) -> None:
        assert canonical(written) == name
        assert canonical(name) == name

    def test_people_may_write_in_their_way(self) -> None:
        assert canonical_sequence("Ctrl+T  PgUp") == ("ctrl+t", "pageup")

    def test_what_the_screen_shows(self) -> None:
        assert shown("ctrl+t up") == "ctrl+t ↑"
        assert shown("escape") == "esc"
        assert shown("ctrl++") == "ctrl++"
        assert shown("shift+f6") == "shift+F6"


def test_no_key_of_a_place_hides_one_of_everywhere() -> None:
    """What is said to work everywhere does, but where all keys go to somebody else."""
    everywhere = {key for action in all_actions().of(["app"]) for key in action.keys}
    hiding = {
        (key, action.name)
        for scope in ("notebook", "command", "cell", "text", "editor", "files")
        for action in all_actions().of([scope])
        for key in action.keys
        if key in everywhere and not key.startswith("ctrl+")
    }
    assert hiding == set()
