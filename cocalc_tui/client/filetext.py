"""What the file of a document would say, as this app has it: what is kept as a copy.

The file itself is the relay side's, which is not there when a copy is needed. So large parts of
outputs, which only the relay side has, are a word in their place.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument

_log = logging.getLogger(__name__)


def file_text(document: SharedDocument) -> str:
    """The text of its file; "" where others put into its records what makes no file."""
    try:
        return _file_text(document)
    except Exception:
        _log.exception("%s: it makes no file", document.path)
        return ""


def _file_text(document: SharedDocument) -> str:
    if document.type == NOTEBOOK:
        from cocalc_tui.notebook import ipynb
        from cocalc_tui.notebook.model import take, with_parts

        return ipynb.write(with_parts(take(document.replica), lambda _name: None))
    if document.type == CHAT:
        from cocalc_tui.chat import chatfile, model

        return chatfile.write(model.take(document.replica))
    return str(document.replica.text())
