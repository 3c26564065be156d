"""Importing this registers every piece of the language."""

from tests.sim.windows.powershell import (  # noqa: F401
    assignment,
    calls,
    expressions,
    members,
    pipelines,
    statements,
    strings,
)
