"""What is no notebook is refused in one line; what is only odd is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cocalc_tui.notebook.ipynb import EMPTY, read, write
from cocalc_tui.notebook.jsontext import MAX_DEPTH
from cocalc_tui.notebook.model import NotebookError
from tests.notebook.files import code, notebook_json, through_records, with_cell


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [', "line 1, column 12: expecting value"),
        ('{"cells": []\n"a": 1}', 'line 2, column 1: a comma or "}" should be here'),
        ("<<<<<<< HEAD\n", "line 1, column 1: an object should begin here"),
        ("[]", "an object should begin here"),
        ('{"cells" []}', "a colon should be here"),
        ("{cells: []}", "a key in double quotes should be here"),
        ('{"cells": [1 2]}', "expecting ',' delimiter"),
        ('{"a": 1} x', "nothing more should be here"),
        ('{"a": 1, "a": 2}', 'the key "a" is there twice'),
        ('{"a": ' + "9" * 5000 + "}", "thousands of digits"),
        ('{"a": ' + "[" * 100_000 + "}", "nested too deeply"),
        ("{}", "it has no nbformat"),
        ('{"nbformat": true}', "it has no nbformat"),
        ('{"nbformat": 1, "cells": []}', "old format 1; convert it first: jupyter nbconvert"),
        ('{"nbformat": 3, "worksheets": 1}', "format cannot be read: it has no list of worksheets"),
        ('{"nbformat": 5}', "format 5, newer than what is known"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "cells": [1]}', "cell 1 is not an object"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_equal_keys_inside_of_a_value_stay_until_it_is_edited() -> None:
    text = json.dumps(notebook_json(code(["a"]), code(["b"], id="b")), indent=1)
    text = text.replace('"metadata": {}', '"metadata": {"k": 1, "k": 2}')
    notebook = through_records(read(text))
    assert notebook.cells[0].fields["metadata"] == {"k": 2}
    edited = write(with_cell(notebook, 0, source="x"), text)
    assert edited.count('{"k": 1, "k": 2}') == 2
    assert json.loads(edited)["cells"][0]["metadata"] == {"k": 2}


def test_nesting_that_cannot_be_carried_is_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    with pytest.raises(NotebookError, match="nested more than 100 levels deep"):
        read(json.dumps(notebook_json(code(), deep=deep)))


def test_an_empty_file_is_a_new_notebook() -> None:
    new = read("  \n")
    assert write(new, "  \n") == "  \n"
    edited = EMPTY.replace('"source": []', '"source": [\n    "x"\n   ]')
    assert write(with_cell(new, 0, source="x"), "  \n") == edited
    assert write(read(EMPTY), EMPTY) == EMPTY
