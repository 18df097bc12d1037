"""Makes the man page when the package is built: from the same parser as `--help`.

It is no file of the repository, which would have to be made again after each change of a word.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WHERE = "share/man/man1/cocalc-tui.1"


def man_page() -> str:
    """The page in troff."""
    from argparse_manpage.manpage import Manpage

    from cocalc_tui.cli import make_parser

    page = Manpage(make_parser(), format="single-commands-section")
    page.date = ""
    page.manual = "cocalc-tui"
    page.description = "work in one project with other people, in the terminal"
    return str(page)


class ManPage(BuildHookInterface[Any]):
    """Puts the page into the wheel, where pipx and pip find it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the page and name it to the builder; an editable install needs none."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        page = Path(self.directory) / "cocalc-tui.1"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(man_page(), encoding="utf-8")
        build_data["shared_data"][str(page)] = WHERE
