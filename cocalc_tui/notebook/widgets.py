"""Interactive widgets as text: what a slider, a progress bar or a form holds, kept in bounds.

A kernel tells of its widgets by comm messages, of which a browser makes controls. Here their state
is followed so that everybody sees what they hold: it becomes the `text/plain` of the output that
shows them, so that it is in the file too and whoever reads that without a kernel sees the same.

Fields of states: ipywidgets, `packages/schema/jupyterwidgetmodels.latest.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from typing import TypeAlias

from cocalc_tui.sync.patch import Json

VIEW = "application/vnd.jupyter.widget-view+json"
"""The MIME type by which an output says that it shows a widget."""
TARGET = "jupyter.widget"
MOST = 2_000
"""Widgets of one kernel that are followed."""
LONGEST = 4_000
"""Characters of one value."""
LINES = 60
DEEPEST = 8
"""Levels of boxes within boxes."""
BAR = 20
"""Cells of a bar or a slider."""
_MODEL = "IPY_MODEL_"
_TAG = re.compile(r"<[^<>]*>")
_KEPT = (
    "_model_name",
    "_options_labels",
    "_titles",
    "bar_style",
    "children",
    "description",
    "index",
    "max",
    "min",
    "outputs",
    "selected_index",
    "titles",
    "value",
)
"""What of a state is looked at."""

State: TypeAlias = dict[str, Json]


class Widgets:
    """The widgets of one kernel."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._parents: dict[str, set[str]] = {}
        """Which boxes a widget is in."""

    def take(self, kind: str, content: Mapping[str, Json]) -> set[str]:
        """Take in a comm message; returns the widgets that look different, boxes included."""
        model, data = content.get("comm_id"), content.get("data")
        if not isinstance(model, str):
            return set()
        said = data if isinstance(data, dict) else {}
        if kind == "comm_open" and content.get("target_name") != TARGET:
            return set()
        if kind == "comm_close":
            self._states.pop(model, None)
            return set()
        state = said.get("state")
        known = model in self._states
        if not isinstance(state, dict) or (kind == "comm_msg" and not known):
            return set()
        if not known and len(self._states) >= MOST:
            return set()
        news = {name: _bounded(state[name]) for name in _KEPT if name in state}
        self._states.setdefault(model, {}).update(news)
        for child in _references(news.get("children")):
            self._parents.setdefault(child, set()).add(model)
        return self.around(model) if news else set()

    def states(self) -> Mapping[str, State]:
        """What is known of each; `resume` goes on from it."""
        return self._states

    def resume(self, states: Mapping[str, State]) -> None:
        """Go on from what was known."""
        for model, state in states.items():
            opened: Json = {"state": state}
            self.take("comm_open", {"comm_id": model, "target_name": TARGET, "data": opened})

    def inside(self, model: str) -> list[str]:
        """A widget and all that is in it, from above."""
        found, waiting = dict[str, None](), [model]
        while waiting:
            if (one := waiting.pop()) not in found:
                found[one] = None
                children = _references(self._states.get(one, {}).get("children"))
                waiting += reversed(list(children))
        return list(found)

    def around(self, model: str) -> set[str]:
        """A widget and all boxes that it is in."""
        found, waiting = set[str](), [model]
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self._parents.get(one, ())
        return found

    def text(self, model: str) -> str | None:
        """What a widget holds, None where it is not known."""
        if model not in self._states:
            return None
        lines: list[str] = []
        for line in self._lines(model, 0):
            lines.append(line)
            if len(lines) > LINES:
                lines[-1] = "…"
                break
        return "\n".join(lines)

    def _lines(self, model: str, depth: int, *, beside: bool = False) -> Iterator[str]:
        """Lines of a widget; `beside` others whose words say what it is about."""
        state = self._states.get(model)
        if state is None or depth > DEEPEST:
            return
        name = _text(state.get("_model_name")).removesuffix("Model")
        children = list(_references(state.get("children")))
        if name in ("Accordion", "Tab", "Stack"):
            yield from self._titled(state, children, depth)
        elif name == "HBox":
            yield from self._row(children, depth)
        elif children or name in ("VBox", "Box", "GridBox"):
            for child in children:
                yield from self._lines(child, depth + 1)
        elif name == "Output":
            yield from _printed(state)
        else:
            yield from _drawn(name, {**state, "beside": beside}).split("\n")

    def _row(self, children: Iterable[str], depth: int) -> Iterator[str]:
        """Beside each other what is one line each, else below each other."""
        shown = [list(self._lines(child, depth + 1, beside=True)) for child in children]
        if all(len(lines) <= 1 for lines in shown):
            yield "  ".join(lines[0] for lines in shown if lines and lines[0])
            return
        for lines in shown:
            yield from lines

    def _titled(self, state: State, children: list[str], depth: int) -> Iterator[str]:
        titles = state.get("titles") or state.get("_titles")
        for at, child in enumerate(children):
            named = titles[at] if isinstance(titles, list) and at < len(titles) else None
            if isinstance(titles, dict):
                named = titles.get(str(at))
            mark = "▾" if state.get("selected_index") == at else "▸"
            yield f"{mark} {_text(named) or at + 1}"
            for line in self._lines(child, depth + 1):
                yield f"  {line}"


def view_of(data: Json) -> str:
    """The widget that an output's data show, "" for none."""
    view = data.get(VIEW) if isinstance(data, dict) else None
    model = view.get("model_id") if isinstance(view, dict) else None
    return model if isinstance(model, str) else ""


def _references(value: Json) -> Iterator[str]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str) and one.startswith(_MODEL):
            yield one.removeprefix(_MODEL)


def _bounded(value: Json) -> Json:
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, list):
        return [_bounded(one) for one in value[:200]]
    if isinstance(value, dict):
        return {key: _bounded(value[key]) for key in list(value)[:50]}
    return value


# --- one widget --------------------------------------------------------------------------------


def _drawn(name: str, state: State) -> str:
    for names, draw in _DRAWN:
        if name in names:
            return draw(state)
    value = state.get("value")
    shown = _value(value) if isinstance(value, str | int | float) else ""
    return _labelled(state, shown or f"<{name or 'widget'}>")


def _printed(state: State) -> list[str]:
    """What an output widget was told to hold; what a cell prints within it is among its outputs."""
    outputs = state.get("outputs")
    texts = []
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            data = output.get("data")
            text = data.get("text/plain") if isinstance(data, dict) else output.get("text")
            texts.append(_text(text))
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in texts).splitlines()


def _bar(state: State) -> str:
    share = _share(state)
    full = round(share * BAR)
    # Bars as tqdm's have their share in the words beside them.
    told = state.get("beside") and not state.get("description")
    number = "" if told else f" {share:4.0%}"
    mark = {"danger": " ✗", "success": " ✓"}.get(_text(state.get("bar_style")), "")
    return _labelled(state, f"{'█' * full}{'░' * (BAR - full)}{number}{mark}")


def _slider(state: State) -> str:
    at = round(_share(state) * (BAR - 1))
    line = f"{'─' * at}●{'─' * (BAR - 1 - at)}"
    return _labelled(state, f"{line} {_value(state.get('value'))}")


def _range(state: State) -> str:
    value = state.get("value")
    ends = value if isinstance(value, list) else []
    return _labelled(state, " – ".join(map(_value, ends)))


def _checkbox(state: State) -> str:
    return (
        f"[{'x' if state.get('value') is True else ' '}] {_text(state.get('description'))}".rstrip()
    )


def _button(state: State) -> str:
    return f"[ {_text(state.get('description')) or 'button'} ]"


def _chosen(state: State) -> str:
    labels, index = state.get("_options_labels"), state.get("index")
    names = labels if isinstance(labels, list) else []
    places = index if isinstance(index, list) else [index]
    found = [_text(names[at]) for at in places if isinstance(at, int) and 0 <= at < len(names)]
    return _labelled(state, ", ".join(found) or "nothing chosen")


def _html(state: State) -> str:
    text = unescape(_TAG.sub("", _text(state.get("value"))))
    return _labelled(state, " ".join(text.replace("\xa0", " ").split()))


def _password(state: State) -> str:
    return _labelled(state, "········" if state.get("value") else "")


def _plain(state: State) -> str:
    return _labelled(state, _value(state.get("value")))


_DRAWN: tuple[tuple[tuple[str, ...], Callable[[State], str]], ...] = (
    (("IntProgress", "FloatProgress"), _bar),
    (("IntSlider", "FloatSlider", "FloatLogSlider", "Play"), _slider),
    (("IntRangeSlider", "FloatRangeSlider"), _range),
    (("Checkbox", "ToggleButton", "Valid"), _checkbox),
    (("Button",), _button),
    (
        (
            "Dropdown",
            "RadioButtons",
            "Select",
            "SelectMultiple",
            "SelectionSlider",
            "SelectionRangeSlider",
            "ToggleButtons",
        ),
        _chosen,
    ),
    (("HTML", "HTMLMath"), _html),
    (("Password",), _password),
    (("Text", "Textarea", "Label", "Combobox", "IntText", "FloatText"), _plain),
)


def _share(state: State) -> float:
    """Where a value is between its ends, 0 to 1."""
    low, high, value = (state.get(name) for name in ("min", "max", "value"))
    low = low if isinstance(low, int | float) else 0
    high = high if isinstance(high, int | float) else 100
    if not isinstance(value, int | float) or not high > low:
        return 0.0
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _labelled(state: State, shown: str) -> str:
    label = _text(state.get("description"))
    return f"{label} {shown}".strip() if label.endswith(":") or not label else f"{label}: {shown}"


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _value(value: Json) -> str:
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
