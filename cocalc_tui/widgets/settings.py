"""All settings: name, type, default and meaning of each, declared once.

The reader of TOML files, the environment variables, `docs/configuration.md` and the messages for
a mistyped key all come from `Settings`; a setting that is not here does not exist.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PREFIX = "COCALC_TUI_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class SettingError(ValueError):
    """A value that cannot be taken: what is wrong, in one line, without the place."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is declared."""

    name: str
    """As in a TOML file: `editor.tab_width`."""
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    project: bool = False
    """Whether a project's file may set it: only what cannot do anybody harm."""

    @property
    def field(self) -> str:
        """Its attribute in `Settings`."""
        return self.name.replace(".", "_")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.field.upper()

    @property
    def takes(self) -> str:
        """What it may be, for people."""
        if self.choices:
            return ", ".join(self.choices)
        return f"{self.low} to {self.high}" if isinstance(self.default, int) else "a name"

    def check(self, value: object) -> Any:
        """The value as it is stored; raises SettingError."""
        if not self._is_good(value):
            raise SettingError(f"{self.name} is {value!r}; it may be {self.takes}")
        return value

    def _is_good(self, value: object) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(self.default, str):
            return isinstance(value, str) and _NAME.fullmatch(value) is not None
        return self._is_number(value)

    def _is_number(self, value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return self.low <= value <= self.high

    def schema(self) -> dict[str, Any]:
        """What it may be, as a JSON schema."""
        about = {"description": self.help, "default": self.default}
        if self.choices:
            return {**about, "enum": list(self.choices)}
        if isinstance(self.default, str):
            return {**about, "type": "string", "pattern": f"^{_NAME.pattern}$"}
        return {**about, "type": "integer", "minimum": self.low, "maximum": self.high}

    def parse(self, text: str) -> Any:
        """The value that a word in a shell means; raises SettingError."""
        plain = text.strip().lower()
        if isinstance(self.default, int):
            return self.check(int(plain) if plain.isascii() and plain.isdigit() else text)
        return self.check(plain)


def _choice(name: str, default: str, choices: Sequence[str], text: str, **more: Any) -> Any:
    return _declare(Setting(name, default, text, choices=tuple(choices), **more))


def _name(name: str, default: str, text: str, **more: Any) -> Any:
    return _declare(Setting(name, default, text, **more))


def _number(name: str, default: int, low: int, high: int, text: str, **more: Any) -> Any:
    return _declare(Setting(name, default, text, low=low, high=high, **more))


def _declare(setting: Setting) -> Any:
    return field(default=setting.default, metadata={"setting": setting})


@dataclass(frozen=True)
class Settings:
    """The settings in force."""

    screen_theme: str = _name(
        "screen.theme",
        "quiet-dark",
        "The colours: quiet-dark, quiet-light, one of Textual's (nord ...), or a file in themes/.",
    )
    screen_side_bar: str = _choice(
        "screen.side_bar",
        "auto",
        ("auto", "open", "closed"),
        "Whether files and people stand at the left; auto: from 110 columns on.",
    )
    screen_side_bar_width: int = _number(
        "screen.side_bar_width", 28, 16, 80, "Columns of the side bar."
    )
    screen_footer: str = _choice(
        "screen.footer",
        "auto",
        ("auto", "open", "closed"),
        "Whether the last row shows keys; auto: from 28 rows on.",
    )
    screen_pictures: str = _choice(
        "screen.pictures",
        "auto",
        ("auto", "characters", "sixel", "kitty"),
        "How pictures are drawn; auto: by pixels where the terminal says it can, not in tmux.",
    )
    files_opener: str = _name(
        "files.opener",
        "auto",
        "The program that opens files outside of the terminal; auto: the desktop's own.",
    )
    editor_tab_width: int = _number(
        "editor.tab_width", 4, 1, 16, "Columns from one tab stop to the next.", project=True
    )
    editor_wrap: str = _choice(
        "editor.wrap",
        "auto",
        ("auto", "on", "off"),
        "Whether long lines go on in the next row; auto: in prose.",
        project=True,
    )
    editor_line_numbers: str = _choice(
        "editor.line_numbers",
        "auto",
        ("auto", "on", "off"),
        "Whether lines are numbered; auto: in code.",
    )
    editor_whitespace: str = _choice(
        "editor.whitespace", "off", ("on", "off"), "Whether spaces and tabs have marks."
    )
    editor_keys: str = _choice(
        "editor.keys",
        "default",
        ("default", "vim", "emacs"),
        "Keys in text: those of VS Code and micro, of vim, or of Emacs.",
    )
    editor_brackets: str = _choice(
        "editor.brackets",
        "auto",
        ("auto", "on", "off"),
        "Whether a bracket or quote that is typed brings its closing one; auto: in code.",
    )
    notebook_offer: str = _choice(
        "notebook.offer",
        "on",
        ("on", "off"),
        "Whether completions and signatures are offered while you type in a cell.",
    )
    notebook_notice_after: int = _number(
        "notebook.notice_after",
        10,
        0,
        86_400,
        "Seconds that a cell you ran takes at least for its end to be told; 0: never.",
    )
    chat_bell: str = _choice(
        "chat.bell",
        "on",
        ("on", "off"),
        "Whether the terminal's bell rings when you are mentioned.",
    )
    log_level: str = _choice(
        "log.level",
        "warning",
        ("debug", "info", "warning", "error"),
        "What goes into your log file.",
    )
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Action name to the keys that a person chose for it."""

    @staticmethod
    def declared() -> Iterator[Setting]:
        """Every setting, in the order in which it is documented."""
        for one in dataclasses.fields(Settings):
            if (setting := one.metadata.get("setting")) is not None:
                yield setting
