"""`status` and `stop` in a folder above projects: what runs there is found, and ended by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from cocalc_tui.server.paths import places, prepare
from cocalc_tui.server.running import running_below
from cocalc_tui.server.start import ensure_relay
from tests.server.processes.look import eventually
from tests.server.processes.racing import doors


def test_what_runs_below_a_folder_is_ended_by_name(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    above = project.parent
    kept = above / "kept"
    kept.mkdir()
    prepare(places(kept))
    ensure_relay(project)
    # As a kernel's keeper is after its relay was ended.
    words = ["cocalc_tui.server.main", "keeper", str(places(kept).keepers / "one")]
    keeper = subprocess.Popen([sys.executable, "-c", "input()", *words], stdin=subprocess.PIPE)
    with keeper:
        assert running_below(above) == [kept, project]
        assert running_below(project) == []
        assert main(["status", "--json", "--project", str(above)]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said == {"running": False, "below": [str(kept), str(project)]}

        assert main(["stop", "--project", str(above)]) == 0
        assert capsys.readouterr().err.splitlines() == [
            f"{kept}: kernels or terminals run; --all ends them, too",
            f"{project}: stopped",
        ]
        eventually(lambda: not doors(project))
        assert main(["stop", "--all", "--project", str(above)]) == 0
        assert capsys.readouterr().err.splitlines() == [f"{kept}: stopped"]
        keeper.communicate(b"\n")
    eventually(lambda: not running_below(above))
    assert main(["stop", "--all", "--project", str(above)]) == 0
    assert capsys.readouterr().err.splitlines() == ["nothing runs in this project"]
    assert not (above / ".cocalc-tui").exists()
