"""Cells and outputs as .ipynb has them, and as records have them.

In the records every text is one string and every null or empty field is absent, so that a pane
need know one form only. The file's own choices, where they are not the ones Jupyter makes, are
kept in `layout`: `keys` (their order), `unsorted` (so are objects inside), `source` ("string",
"null" or "missing"), `missing` (keys that nbformat asks for), and for an output `odd` (the texts
that are a string where Jupyter writes lines, or the other way round).

A value of another form than nbformat's (metadata that are a list, an id that is a number) is a
*misfit*: it is kept in `extra` beside the keys that nbformat does not know, and comes back as it
was until the cell has a value of its own there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.jsontext import carry, uncarry
from cocalc_tui.notebook.model import Cell, Fields, NotebookError, Output
from cocalc_tui.sync.patch import Json

_EXPECTED = {"code": ("metadata", "execution_count", "outputs")}
_EMPTY: tuple[Json, ...] = (None, {}, [])
_NO_TYPE = "raw"
"""What a cell is taken to be that does not say."""


def known_keys(kind: str) -> set[str]:
    """Return the keys that have a field of their own in a cell of this type."""
    own = {"execution_count", "outputs"} if kind == "code" else {"attachments"}
    return {"cell_type", "id", "metadata", "source"} | own


def cell_from_json(raw: Json, number: int, key: str, pos: str, block: int) -> Cell:
    """Read the `number`-th cell (from 1). Raises NotebookError."""
    if not isinstance(raw, dict):
        raise NotebookError(f"cell {number} is not an object; mend it with a text editor")
    fit = {name: value for name, value in raw.items() if name not in _FORMS or _FORMS[name](value)}
    kind = cast(str, fit.get("cell_type", _NO_TYPE))
    known = known_keys(kind)
    extra = {name: raw[name] for name in raw if name not in known or name not in fit}
    expected = ("cell_type", *_EXPECTED.get(kind, ("metadata",)))
    text, layout = _read_source(fit, raw)
    if missing := [name for name in expected if name not in raw]:
        layout["missing"] = cast("list[Json]", missing)
    layout |= order_of(raw, [fit.get("metadata"), fit.get("attachments"), extra])
    fields: Fields = {
        "type": "cell",
        "pos": pos,
        "cell_type": kind,
        "id": fit.get("id"),
        "metadata": fit.get("metadata"),
        "exec_count": fit.get("execution_count") if kind == "code" else None,
        "extra": extra,
        "layout": layout,
    }
    fields = present({name: carry(value, block) for name, value in fields.items()})
    if kind != "code" and "attachments" in fit:
        fields["attachments"] = carry(fit["attachments"], block)
    source = cast(str, carry(text, block))
    outputs = cast("list[Fields]", fit.get("outputs", [])) if kind == "code" else []
    return Cell(key, fields, source, tuple(_outputs(outputs, key, block)))


def _read_source(fit: Mapping[str, Json], raw: Mapping[str, Json]) -> tuple[str, Fields]:
    if "source" not in fit:
        return "", {} if "source" in raw else {"source": "missing"}
    source = fit["source"]
    if source is None:
        return "", {"source": "null"}
    if isinstance(source, str):
        return source, {"source": "string"}
    return "".join(cast("list[str]", source)), {}


def _outputs(raws: list[Fields], cell: str, block: int) -> Iterable[Output]:
    for index, raw in enumerate(raws):
        layout: Fields = {} if is_sorted(raw) else {"unsorted": True}
        yield output_from_json(raw, schema.output_key(cell, schema.FIRST_RUN, index), layout, block)


def output_from_json(raw: Fields, key: str, layout: Mapping[str, Json], block: int) -> Output:
    """Read an output: its texts become one string each."""
    data, odd = dict(raw), []
    if is_text(raw.get("text")):
        data["text"], unusual = _join(raw["text"], lines=True)
        odd += ["text"] * unusual
    if isinstance(bundle := raw.get("data"), dict):
        joined = dict(bundle)
        for mime, value in bundle.items():
            if not _is_json(mime) and is_text(value):
                joined[mime], unusual = _join(value, lines=_has_lines(mime))
                odd += [mime] * unusual
        data["data"] = joined
    kept = dict(layout) | ({"odd": cast(Json, odd)} if odd else {})
    return Output(key, cast("Fields", carry(data, block)), cast("Fields", carry(kept, block)))


def cell_to_json(cell: Cell, block: int, cell_id: str | None) -> Fields:
    """Write a cell, with this id."""
    fields, layout = cell.fields, cell.layout
    raw: Fields = {
        "cell_type": cell.kind,
        "metadata": fields.get("metadata", {}),
        "source": _write_source(cell.source, layout.get("source")),
    }
    if cell.kind == "code":
        raw["execution_count"] = fields.get("exec_count")
        raw["outputs"] = [output_to_json(output) for output in cell.outputs]
    elif "attachments" in fields:
        raw["attachments"] = fields["attachments"]
    if cell_id is not None:
        raw["id"] = cell_id
    raw = _with_extra(raw, cast("Fields", fields.get("extra", {})))
    if not cell.source and layout.get("source") == "missing":
        del raw["source"]
    for name in cast("list[str]", layout.get("missing", [])):
        if raw.get(name) in (*_EMPTY, _NO_TYPE):
            raw.pop(name, None)
    return cast("Fields", uncarry(in_order(raw, layout), block))


def _with_extra(raw: Fields, extra: Fields) -> Fields:
    """Add what else a cell had; misfits only where it has nothing of its own."""
    kept = {name: value for name, value in extra.items() if raw.get(name) in (*_EMPTY, _NO_TYPE)}
    return raw | kept


def _write_source(text: str, how: Json) -> Json:
    if how == "null" and not text:
        return None
    return text if how == "string" else as_lines(text)


def output_to_json(output: Output) -> Fields:
    """Write an output as Jupyter does, but for what its layout says."""
    raw = dict(output.data)
    odd = cast("list[str]", output.layout.get("odd", []))
    if isinstance(text := raw.get("text"), str) and "text" not in odd:
        raw["text"] = as_lines(text)
    if isinstance(bundle := raw.get("data"), dict):
        raw["data"] = {
            mime: as_lines(value)
            if isinstance(value, str) and not _is_json(mime) and _has_lines(mime) != (mime in odd)
            else value
            for mime, value in bundle.items()
        }
    return raw if output.layout.get("unsorted") else cast("Fields", in_sorted_order(raw))


# --- what has nbformat's form -----------------------------------------------------------------


def _is_count(value: Json) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (whole and 0 <= cast(int, value) < 2**63)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


_FORMS: dict[str, Callable[[Json], bool]] = {
    "cell_type": lambda value: isinstance(value, str),
    "id": lambda value: isinstance(value, str),
    "metadata": _is_object,
    "attachments": _is_object,
    "execution_count": _is_count,
    "outputs": lambda value: isinstance(value, list) and all(map(_is_object, value)),
    "source": lambda value: value is None or is_text(value),
}


# --- texts as one string or as lines -----------------------------------------------------------


def is_lines(value: Json) -> bool:
    """Whether it is a list of strings."""
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def is_text(value: Json) -> bool:
    """Whether it is a string, or one in lines."""
    return isinstance(value, str) or is_lines(value)


def as_lines(text: str) -> list[Json]:
    """Split as nbformat does: its files stay the same whoever writes them."""
    return cast("list[Json]", text.splitlines(keepends=True))


def _join(value: Json, *, lines: bool) -> tuple[str, bool]:
    if isinstance(value, str):
        return value, lines
    return "".join(cast("list[str]", value)), not lines


def _is_json(mime: str) -> bool:
    return mime == "application/json" or (
        mime.startswith("application/") and mime.endswith("+json")
    )


def _has_lines(mime: str) -> bool:
    return mime.startswith("text/") or mime in {"application/javascript", "image/svg+xml"}


# --- the order of keys -------------------------------------------------------------------------


def is_sorted(value: Json) -> bool:
    """Whether all objects in it have their keys in order."""
    if isinstance(value, list):
        return all(is_sorted(item) for item in value)
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(is_sorted(item) for item in value.values())
    return True


def in_sorted_order(value: Json) -> Json:
    """Put the keys of all objects in order, as Jupyter does."""
    if isinstance(value, list):
        return [in_sorted_order(item) for item in value]
    if isinstance(value, dict):
        return {key: in_sorted_order(value[key]) for key in sorted(value)}
    return value


def order_of(raw: Mapping[str, Json], inside: Iterable[Json]) -> Fields:
    """Describe the order of keys where it is not the sorted one."""
    layout: Fields = {}
    if list(raw) != sorted(raw):
        layout["keys"] = cast("list[Json]", list(raw))
    if not all(is_sorted(value) for value in inside):
        layout["unsorted"] = True
    return layout


def in_order(raw: Fields, layout: Mapping[str, Json]) -> Fields:
    """Put keys in the order that `order_of` described; new ones come last."""
    first = [key for key in cast("list[str]", layout.get("keys", [])) if key in raw]
    order = [*first, *sorted(raw.keys() - set(first))]
    kept = set(raw) if layout.get("unsorted") else {"outputs"}
    return {key: raw[key] if key in kept else in_sorted_order(raw[key]) for key in order}


def present(fields: Fields) -> Fields:
    """Leave out what is null or empty."""
    return {name: value for name, value in fields.items() if value not in _EMPTY}
