"""Classes of .NET that our programs use; importing this registers them."""

from tests.sim.windows.dotnet import (  # noqa: F401
    collections,
    console,
    dates,
    encoding,
    enums,
    exceptions,
    files,
    math,
    paths,
    regexes,
    registry,
    runspaces,
    security,
    spans,
    streams,
    system,
    texts,
)
