"""Host keys as the spec writes them, their fingerprints, and what to offer in the key exchange."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

#: Signature algorithms a key type may be proven with; every other type proves itself under its own name.
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


@dataclass(frozen=True)
class HostKey:
    """A public host key: its type and the base64 of its SSH wire form."""

    type: str
    data: str

    @classmethod
    def parse(cls, line: str) -> HostKey:
        """Read "ssh-ed25519 AAAA… [comment]". Raises ValueError when the two parts do not agree."""
        words = line.split()
        if len(words) < 2:
            raise ValueError(f"not a host key: {line!r}; expected a type and its base64")
        try:
            raw = base64.b64decode(words[1], validate=True)
        except binascii.Error:
            raise ValueError(f"not a host key: {line!r}; the second word is no base64") from None
        name = raw[4 : 4 + int.from_bytes(raw[:4], "big")]
        if name != words[0].encode():
            raise ValueError(f"not a host key: {line!r}; its base64 is of another type")
        return cls(words[0], words[1])

    @property
    def line(self) -> str:
        """As the spec and known_hosts write it."""
        return f"{self.type} {self.data}"

    @property
    def fingerprint(self) -> str:
        """SHA256:… as `ssh-keygen -l` prints it."""
        digest = hashlib.sha256(base64.b64decode(self.data)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def description(self) -> str:
        """Fingerprint and type, for messages."""
        return f"{self.fingerprint} ({self.type})"

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The names to offer in the key exchange for a host that holds this key."""
        return _SIGNATURES.get(self.type, (self.type,))
