"""The styles of a notebook, made from a theme's variables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct
from msgspec.structs import replace
from rich.style import Style

from cocalc_tui.widgets.editor import look as editor_look
from cocalc_tui.widgets.outputs.look import Look as OutputLook
from cocalc_tui.widgets.theme import DARK


@cache
def dark_look() -> NotebookLook:
    """The look of the dark theme, before there is an app to ask."""
    variables = DARK.to_color_system().generate() | DARK.variables
    return NotebookLook.from_theme(variables, dark=True)


class NotebookLook(Struct, frozen=True, eq=False):
    """What cells are drawn with."""

    ground: Style
    """Where nothing is."""
    source: editor_look.Look
    """Of a cell's text, on a ground a little lighter than the notebook's."""
    resting: editor_look.Look
    """The same for a cell that is not being edited: my caret does not show in it."""
    output: OutputLook
    prompt: Style
    prompt_running: Style
    label: Style
    """How long it ran, and the like."""
    label_bad: Style
    command: Style
    """The bar of the cell that I am at, in command mode ..."""
    edit: Style
    """... and while I edit it."""
    selected: Style
    """The bar of other cells that are selected."""
    edge: Style
    """The scroll bar's thumb."""
    box: Style
    """Over all else: a list of completions, a signature."""
    box_note: Style
    box_chosen: Style
    on_person: str
    """What is written on a person's colour."""

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], *, dark: bool) -> NotebookLook:
        """Take it from a theme's variables, as `App.theme_variables` has them."""

        def front(name: str) -> Style:
            return Style(color=variables[name])

        plain = editor_look.look_of(variables)
        raised = Style(bgcolor=variables["line"])
        source = replace(
            plain,
            text=plain.text + raised,
            current=Style.null(),
            gutter=plain.gutter + raised,
            gutter_current=plain.gutter_current + raised,
        )
        ground = Style(color=variables["foreground"], bgcolor=variables["background"])
        return cls(
            ground=ground,
            source=source,
            resting=replace(source, caret_away=Style.null()),
            output=OutputLook.from_theme(variables, dark=dark),
            prompt=ground + front("text-dim"),
            prompt_running=ground + front("accent") + Style(bold=True),
            label=front("text-dim"),
            label_bad=front("error"),
            command=ground + front("accent"),
            edit=ground + front("success"),
            selected=ground + front("text-faint"),
            edge=ground + front("raised"),
            box=Style(color=variables["foreground"], bgcolor=variables["raised"]),
            box_note=Style(color=variables["text-dim"], bgcolor=variables["raised"]),
            box_chosen=Style(color=variables["on-person"], bgcolor=variables["accent"]),
            on_person=variables["on-person"],
        )
