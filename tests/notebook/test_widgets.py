"""Widgets say what they hold, whatever a kernel says of them, in bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import widgets
from cocalc_tui.notebook.widgets import LONGEST, MOST, VIEW, Widgets, view_of


def made(**models: dict[str, Any]) -> Widgets:
    found = Widgets()
    for name, state in models.items():
        opens(found, name, state)
    return found


def opens(
    to: Widgets, name: str, state: dict[str, Any], target: str = "jupyter.widget"
) -> set[str]:
    content: dict[str, Any] = {"comm_id": name, "target_name": target, "data": {"state": state}}
    return to.take("comm_open", content)


def says(to: Widgets, name: str, **state: Any) -> set[str]:
    content: dict[str, Any] = {"comm_id": name, "data": {"method": "update", "state": state}}
    return to.take("comm_msg", content)


def model(name: str, **state: Any) -> dict[str, Any]:
    return {"_model_name": f"{name}Model", **state}


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (model("IntSlider", value=5, min=0, max=10, description="n"), "n: ──────────●───────── 5"),
        (
            model("IntProgress", value=1, max=4, description="Load:"),
            "Load: █████░░░░░░░░░░░░░░░  25%",
        ),
        (model("FloatProgress", value=9.0, max=9.0, bar_style="success"), "█" * 20 + " 100% ✓"),
        (model("FloatProgress", value="x", max=0), "░" * 20 + "   0%"),
        (model("FloatRangeSlider", value=[1.5, 2]), "1.5 – 2"),
        (model("Checkbox", value=True, description="log scale"), "[x] log scale"),
        (model("ToggleButton", value=False), "[ ]"),
        (model("Button", description="Fit"), "[ Fit ]"),
        (model("Dropdown", _options_labels=["a", "b"], index=1, description="Model"), "Model: b"),
        (model("SelectMultiple", _options_labels=["a", "b"], index=[0, 1, 7]), "a, b"),
        (model("RadioButtons", _options_labels=None, index=None), "nothing chosen"),
        (model("HTML", value="<b>60&nbsp;%</b>  <i>of</i> it"), "60 % of it"),
        (model("Text", value="abc", description="Name"), "Name: abc"),
        (model("Textarea", value="a\nb"), "a\nb"),
        (model("BoundedIntText", value=7), "7"),
        (model("Password", value="geheim"), "········"),
        (model("DatePicker", value=None, description="From"), "From: <DatePicker>"),
        (model("Figure"), "<Figure>"),
        ({}, "<widget>"),
    ],
)
def test_what_each_kind_holds(state: dict[str, Any], shown: str) -> None:
    assert made(w=state).text("w") == shown


def test_a_row_of_widgets_is_one_line_and_follows_its_parts() -> None:
    bar = made(
        a=model("HTML", value=" 10%"),
        b=model("FloatProgress", value=1, max=10),
        c=model("HTML", value=" 1/10 [00:01]"),
        row=model("HBox", children=["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_c"]),
        box=model("VBox", children=["IPY_MODEL_row", "IPY_MODEL_gone"]),
    )
    assert bar.text("row") == "10%  ██░░░░░░░░░░░░░░░░░░  1/10 [00:01]"
    assert says(bar, "b", value=5) == {"b", "row", "box"}
    assert bar.text("box") == "10%  ██████████░░░░░░░░░░  1/10 [00:01]"
    assert says(bar, "b", layout="x") == set()


def test_what_an_output_widget_holds() -> None:
    said = [{"text": "one\n"}, {"data": {"text/plain": "2"}}, {"data": {}}, 5]
    found = made(
        empty=model("Output"),
        full=model("Output", outputs=said),
        slider=model("IntSlider", value=1, max=10),
        box=model("VBox", children=["IPY_MODEL_slider", "IPY_MODEL_empty"]),
    )
    assert found.text("empty") == ""
    assert found.text("full") == "one\n2\n"
    assert found.text("box") == "──●───────────────── 1"


def test_tabs_have_their_titles() -> None:
    tabs = made(
        a=model("Label", value="one"),
        b=model("Label", value="two"),
        old=model("Tab", children=["IPY_MODEL_a"], _titles={"0": "First"}, selected_index=0),
        new=model("Accordion", children=["IPY_MODEL_a", "IPY_MODEL_b"], titles=["First"]),
    )
    assert tabs.text("old") == "▾ First\n  one"
    assert tabs.text("new") == "▸ First\n  one\n▸ 2\n  two"


def test_boxes_in_each_other_end() -> None:
    box = made(a=model("VBox", children=["IPY_MODEL_b"]), b=model("VBox", children=["IPY_MODEL_a"]))
    assert box.text("a") == ""
    assert says(box, "a", value=1) == {"a", "b"}
    many = made(
        x=model("Label", value="x"), box=model("VBox", children=["IPY_MODEL_x"] * 150)
    ).text("box")
    assert many is not None
    assert many.count("\n") == widgets.LINES
    assert many.endswith("…")


def test_other_comms_and_strangers_are_passed_over() -> None:
    found = Widgets()
    assert opens(found, "m", {"value": 1}, target="matplotlib") == set()
    assert says(found, "nobody", value=1) == set()
    assert found.text("m") is None
    assert found.take("comm_msg", {"comm_id": 5, "data": None}) == set()
    opens(found, "w", model("Text", value="x"))
    assert found.take("comm_msg", {"comm_id": "w", "data": {"method": "custom"}}) == set()
    assert found.take("comm_close", {"comm_id": "w"}) == set()
    assert found.text("w") is None


def test_nothing_grows_without_end() -> None:
    found = Widgets()
    for n in range(MOST + 5):
        opens(found, f"w{n}", model("Text", value="x" * 2 * LONGEST))
    assert len(found._states) == MOST
    text = found.text("w0")
    assert text is not None
    assert len(text) == LONGEST


def test_what_an_output_shows() -> None:
    assert view_of({VIEW: {"model_id": "m"}}) == "m"
    for other in (None, {}, {VIEW: "m"}, {VIEW: {"model_id": 5}}):
        assert view_of(other) == ""  # type: ignore[arg-type]  # no form that it may have


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=9,
)
KINDS = [name for names, _ in widgets._DRAWN for name in names] + ["HBox", "VBox", "Tab"]
STATES = st.fixed_dictionaries(
    {"_model_name": st.sampled_from([f"{kind}Model" for kind in KINDS])},
    optional={name: JSON | st.just(["IPY_MODEL_a", "IPY_MODEL_b"]) for name in widgets._KEPT[1:]},
)


@given(STATES, STATES, JSON)
def test_anything_may_be_said(one: dict[str, Any], other: dict[str, Any], news: Any) -> None:
    found = made(a=one, b=other)
    says(found, "a", **dict.fromkeys(widgets._KEPT[1:], news))
    for name in ("a", "b"):
        assert isinstance(found.text(name), str)
