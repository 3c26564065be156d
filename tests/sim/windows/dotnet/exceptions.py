"""Exceptions that a program makes itself."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.objects import MAKERS, STATICS
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.types import PARENTS
from tests.sim.windows.powershell.values import NetException

_NAMES = {
    "exception": "System.Exception", "io.ioexception": "System.IO.IOException",
    "io.filenotfoundexception": "System.IO.FileNotFoundException",
    "io.directorynotfoundexception": "System.IO.DirectoryNotFoundException",
    "invalidoperationexception": "System.InvalidOperationException", "argumentexception": "System.ArgumentException",
    "timeoutexception": "System.TimeoutException", "unauthorizedaccessexception": "System.UnauthorizedAccessException",
    "componentmodel.win32exception": "System.ComponentModel.Win32Exception",
    "notsupportedexception": "System.NotSupportedException", "formatexception": "System.FormatException",
}  # fmt: skip
_HRESULTS = {"io.ioexception": -2146232800, "io.filenotfoundexception": -2147024894,
             "invalidoperationexception": -2146233079, "argumentexception": -2147024809,
             "timeoutexception": -2146233083, "unauthorizedaccessexception": -2147024891}  # fmt: skip


def _maker(short: str, name: str) -> Any:
    def make(_: Any, message: Any = None, inner: Any = None) -> NetException:
        hresult = _HRESULTS.get(short, -2146233088)
        text = f"Exception of type '{name}' was thrown." if message is None else to_text(message)
        if short == "io.ioexception" and isinstance(inner, int):
            return NetException(name, text, int(inner))
        return NetException(name, text, hresult, inner if isinstance(inner, NetException) else None)

    return make


for _short, _name in _NAMES.items():
    assert _short == "exception" or _short in PARENTS
    MAKERS[_short] = _maker(_short, _name)
    STATICS.setdefault(_short, {})
