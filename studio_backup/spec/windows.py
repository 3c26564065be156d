"""Words of what plays keep on Windows: the kinds, each by the name of a system."""

from __future__ import annotations

WINDOWS_KINDS = ("fast-startup", "openssh-server")
