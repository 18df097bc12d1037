from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.server.environment import clean
from cocalc_tui.server.kernels.choice import UnknownKernelError, find_choices
from cocalc_tui.server.kernels.specs import SpecError, find_specs, read_spec

BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


def make_venv(folder: Path) -> Path:
    """A real one, quickly: it sees the packages that the tests run with."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


def install_ipykernel(venv: Path) -> None:
    (package,) = venv.glob("lib/python3*/site-packages")
    (package / "ipykernel").mkdir()
    (package / "ipykernel" / "__init__.py").touch()


def spec(folder: Path, name: str, **said: object) -> Path:
    """Write a specification into a folder of kernels."""
    path = folder / name
    path.mkdir(parents=True)
    (path / "kernel.json").write_text(json.dumps(said))
    return path


async def test_ours_is_labelled_with_the_line_that_mends_it(tmp_path: Path) -> None:
    (first, *_) = (await find_choices(tmp_path, tmp_path, BARE)).listed()
    assert first.name == "python3"
    assert first.where == sys.executable
    assert "python3 -m venv .venv && .venv/bin/pip install ipykernel" in first.note


async def test_a_project_environment_without_ipykernel_is_named_with_its_line(
    tmp_path: Path,
) -> None:
    venv = make_venv(tmp_path / ".venv")
    (first, *_) = (await find_choices(tmp_path, tmp_path, BARE)).listed()
    assert first.where == sys.executable
    assert first.note == (
        f".venv has no ipykernel; to use it: {venv}/bin/python -m pip install ipykernel"
    )


async def test_an_environment_whose_python_is_gone_is_named_with_its_line(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / ".venv")
    install_ipykernel(venv)
    for program in (venv / "bin").glob("python*"):
        program.unlink()
    (venv / "bin" / "python").symlink_to("/nowhere/python3")
    (first, *_) = (await find_choices(tmp_path, tmp_path, BARE)).listed()
    assert first.where == sys.executable
    assert first.note == (
        f"the Python of .venv does not run; to mend it: python3 -m venv --clear {venv}"
        f" && {venv}/bin/python -m pip install ipykernel"
    )


async def test_the_projects_environment_comes_first(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / ".venv")
    install_ipykernel(venv)
    choices = await find_choices(tmp_path, tmp_path, BARE)
    chosen = choices.named("python3")
    assert chosen.argv[0] == f"{venv}/bin/python"
    assert chosen.note == ""
    assert chosen.env["VIRTUAL_ENV"] == str(venv)
    assert chosen.env["PATH"].startswith(f"{venv}/bin:")
    own = choices.named("python3 (cocalc-tui's own)")
    assert own.argv[0] == sys.executable
    assert own.note == ""


async def test_the_nearest_environment_wins(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "deep" / "er"):
        install_ipykernel(make_venv(folder / ".venv"))
    choices = await find_choices(tmp_path, tmp_path / "deep" / "er", BARE)
    assert choices.named("python3").where == str(tmp_path / "deep/er/.venv/bin/python")
    assert choices.named("python3 (.venv)").where == str(tmp_path / ".venv/bin/python")


async def test_a_conda_environment(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(sys.executable)
    package = prefix / "lib" / "python3.11" / "site-packages" / "ipykernel"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    choices = await find_choices(tmp_path, tmp_path, BARE)
    assert choices.named("python3").where == str(prefix / "bin" / "python")


async def test_the_paths_python_comes_before_ours(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = elsewhere / "python3"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    project = tmp_path / "lab"
    project.mkdir()
    environment = {**BARE, "PATH": f"{elsewhere}:/usr/bin:/bin"}
    (first, *_) = (await find_choices(project, project, environment)).listed()
    assert first.where == str(program)
    assert first.note == ""


@pytest.mark.parametrize("does", ["exit 1", "echo nonsense", "echo '[1]'", "exec /no/such"])
async def test_a_python_on_the_path_that_does_not_work_is_passed_over(
    tmp_path: Path, does: str
) -> None:
    program = tmp_path / "bin" / "python3"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    project = tmp_path / "lab"
    project.mkdir()
    environment = {**BARE, "PATH": str(program.parent)}
    (first, *_) = (await find_choices(project, project, environment)).listed()
    assert first.where == sys.executable


async def test_listing_runs_nothing_of_the_project(tmp_path: Path) -> None:
    planted = tmp_path / "ran"
    for name in (".venv/bin/python", "bin/python3"):
        program = tmp_path / name
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\ntouch {planted}\n")
        program.chmod(0o755)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    environment = {**BARE, "PATH": f"{tmp_path}/bin:/usr/bin"}
    await find_choices(tmp_path, tmp_path, environment)
    assert not planted.exists()


async def test_an_unknown_name_is_refused_with_what_there_is(tmp_path: Path) -> None:
    kernels = tmp_path / "data" / "kernels"
    spec(kernels, "ir", argv=["R", "-f"], display_name="R", language="R")
    environment = {**BARE, "JUPYTER_PATH": str(tmp_path / "data")}
    choices = await find_choices(tmp_path, tmp_path, environment)
    assert choices.named("IR").title == "R"
    with pytest.raises(UnknownKernelError) as caught:
        choices.named("irr")
    assert str(caught.value).startswith(
        "the kernel 'irr' is not installed here; did you mean 'ir'?"
    )
    with pytest.raises(UnknownKernelError, match="choose another"):
        choices.named("x" * 500)


def test_python3_of_another_prefix_keeps_its_interpreter(tmp_path: Path) -> None:
    prefix = tmp_path / "sage"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python3").symlink_to(sys.executable)
    kernels = prefix / "share" / "jupyter" / "kernels"
    spec(kernels, "sagemath", argv=["python3", "-m", "sage"], language="sage")
    found = find_specs(BARE, [prefix])["sagemath"]
    assert found.argv == [str(prefix / "bin" / "python3"), "-m", "sage"]
    assert found.title == "sagemath"


def test_other_programs_are_looked_for_on_the_path(tmp_path: Path) -> None:
    kernels = tmp_path / "data" / "kernels"
    spec(
        kernels,
        "shell",
        argv=["sh", "{resource_dir}/run", "{connection_file}"],
        env={"WHERE": "${HOME}/x"},
        interrupt_mode="message",
    )
    found = find_specs({**BARE, "JUPYTER_PATH": str(tmp_path / "data")}, [])["shell"]
    assert found.argv[0] in ("/usr/bin/sh", "/bin/sh")
    assert found.argv[1:] == [f"{kernels}/shell/run", "{connection_file}"]
    assert found.env == {"WHERE": "/nonexistent/x"}
    assert found.interrupt_by_message


def test_the_users_folder_wins_over_the_systems(tmp_path: Path) -> None:
    for root in ("one", "two"):
        spec(tmp_path / root / "kernels", "k", argv=[root])
    environment = {**BARE, "JUPYTER_PATH": f"{tmp_path}/one:{tmp_path}/two"}
    assert find_specs(environment, [])["k"].argv == ["one"]


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"argv": []}', '{"argv": 5}', '{"argv": ["x"], "env": 5}', "[" * 100_000],
)
def test_what_is_no_specification_is_passed_over_in_one_line(tmp_path: Path, said: str) -> None:
    folder = tmp_path / "kernels" / "bad"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(said)
    with pytest.raises(SpecError) as caught:
        read_spec(folder, BARE)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "bad" not in find_specs({**BARE, "JUPYTER_PATH": str(tmp_path)}, [])


def test_what_is_found_here_can_be_read() -> None:
    for spec_ in find_specs(clean(os.environ), [Path(sys.prefix)]).values():
        assert spec_.argv
