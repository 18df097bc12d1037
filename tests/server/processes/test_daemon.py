"""What a process is that outlives its starter."""

from __future__ import annotations

import subprocess
import sys

CHILD = """
import signal
from cocalc_tui.server.daemon import mind_signals
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
    signal.signal(number, signal.SIG_IGN)
mind_signals()
(line,) = [line for line in open("/proc/self/status") if line.startswith("SigIgn")]
ignored = int(line.split()[1], 16)
print([number for number in signal.valid_signals() if ignored >> number - 1 & 1])
"""
"""Two more are the C library's own: whoever started it may have left those ignored."""


def test_what_it_starts_ignores_no_signal() -> None:
    said = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, check=True)
    assert said.stdout == b"[]\n"
