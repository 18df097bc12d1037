"""A project folder with its runtime folder, for real kernels."""

from tests.server.processes.conftest import project, runtime

__all__ = ["project", "runtime"]
