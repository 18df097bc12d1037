"""`python -m cocalc_tui` is `cocalc-tui`."""

from __future__ import annotations

import sys

from cocalc_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
