"""The forms of an object, those included that are fetched when they are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cocalc_tui.notebook.blobs import WHOLE, blobs_of
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.outputs.rows import Frame


class Absent(NamedTuple):
    """A part that is not here."""

    about: Mapping[str, Json]
    """What the output says of it: `size`, of images `width` and `height`."""
    trouble: str
    """Why, "" while it is on its way."""


class Bundle(dict[str, Json]):
    """MIME type to content; "" where that is absent."""

    def __init__(self, data: Mapping[str, Json], absent: Mapping[str, Absent]) -> None:
        super().__init__(data)
        self.absent = absent


def bundle_of(output: Mapping[str, Json], frame: Frame) -> Bundle:
    """The data of an output, as far as they are here."""
    data = output.get("data")
    found = dict(data) if isinstance(data, Mapping) else {}
    absent: dict[str, Absent] = {}
    for mime, about in blobs_of(output).items():
        if frame.blobs is None or mime == WHOLE:
            absent[mime] = Absent(about, "not here")
            continue
        part = frame.blobs.get(about)
        if part.value is None:
            absent[mime] = Absent(about, part.trouble)
        else:
            found[mime] = part.value
    return Bundle(found, absent)
