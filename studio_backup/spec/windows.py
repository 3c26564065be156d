"""Words of what plays keep on Windows, each by the name of a system; Backblaze is on Macs, too."""

from __future__ import annotations

BACKBLAZE = "backblaze"
WINDOWS_KINDS = ("fast-startup", "openssh-server", BACKBLAZE)
