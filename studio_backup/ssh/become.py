"""The commands that start a shell on the other side, and sudo's part of the conversation."""

from __future__ import annotations

import base64

from studio_backup.errors import SudoRefused
from studio_backup.transport.interface import STREAM_BOOT

_SHELL = "exec /bin/sh -s"
#: Reads one JSON document up to its empty line and runs the program in it; half a document runs nothing. Standard input
#: stays open for that program. No `$input` stands here, since PowerShell itself then reads nothing of it.
_POWERSHELL = """try{[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false}catch{$null=$_}
$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue'
try{
$text=New-Object Text.StringBuilder
while(($line=[Console]::In.ReadLine()) -ne ''){if($null -eq $line){[Environment]::Exit(1)};$null=$text.Append($line)}
$document=ConvertFrom-Json -InputObject $text.ToString()
$null=& ([ScriptBlock]::Create($document.program)) $document
[Environment]::Exit(0)
}catch{
[Console]::Error.Write("`n$($_.Exception.Message)`n")
[Environment]::Exit(1)
}
"""


def shell_command(*, streams: bool) -> str:
    """Starts /bin/sh from any login shell; it reads the script, or with `streams` leaves its input to it."""
    return f"exec /bin/sh -c '{STREAM_BOOT}'" if streams else _SHELL


def powershell_command() -> str:
    """Starts PowerShell from cmd.exe or PowerShell alike; it runs the document that it is given as input."""
    encoded = base64.b64encode(_POWERSHELL.encode("utf-16-le")).decode()
    return (
        "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -OutputFormat Text "
        f"-EncodedCommand {encoded}"
    )


def sudo_command(nonce: str, *, streams: bool) -> str:
    """The same shell as root. `Sudo` holds the conversation that precedes the script on standard error."""
    inner = f"echo {_ready(nonce)} >&2; " + (STREAM_BOOT if streams else _SHELL)
    return f"exec sudo -S -p {_prompt(nonce)} /bin/sh -c '{inner}'"


def _prompt(nonce: str) -> str:
    return f"{nonce}-password"


def _ready(nonce: str) -> str:
    return f"{nonce}-ready"


class Sudo:
    """Reads sudo's standard error: when to give the password, and when the shell is there.

    The password goes only after the prompt and the script only after the shell's own line: on a host that
    asks for no password, anything sent earlier would run as a command.
    """

    def __init__(self, nonce: str, password: str | None, user: str) -> None:
        self._prompt = _prompt(nonce).encode()
        self._ready = _ready(nonce).encode() + b"\n"
        self._password = password
        self._user = user
        self._heard = b""
        self._given = False
        self.rest: bytes | None = None  # what the shell wrote to standard error, once it is there

    @property
    def ready(self) -> bool:
        """True once the root shell waits for its script."""
        return self.rest is not None

    def hear(self, data: bytes) -> bytes:
        """Take more standard error and return what to send now. Raises SudoRefused."""
        self._heard += data
        _, found, rest = self._heard.partition(self._ready)
        if found:
            self.rest = rest
            return b""
        _, prompted, after = self._heard.partition(self._prompt)
        if not prompted:
            return b""
        self._heard = after
        if self._given:
            raise SudoRefused(f"sudo does not take the password of {self._user}")
        if self._password is None:
            raise SudoRefused(
                f"sudo asks for a password of {self._user} and none was given",
                f"give the password, or let {self._user} run sudo without one on this system",
            )
        self._given = True
        return self._password.encode() + b"\n"

    def ended(self, when: str = "") -> SudoRefused:
        """The error when sudo ended, or fell silent, before the shell was there."""
        said = self._heard.decode("utf-8", "replace").strip().rpartition("\n")[2][-200:]
        return SudoRefused(f"{self._user} could not become root with sudo{when}" + (f": {said}" if said else ""))
