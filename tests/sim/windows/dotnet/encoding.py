"""Encodings, Base64 and hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any, ClassVar

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import NetObject, constant, maker, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text, truth
from tests.sim.windows.powershell.unicode import decoded, encoded
from tests.sim.windows.powershell.values import NOTHING, Int64

BOMS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


class Encoding(NetObject):
    """A Text.Encoding. `bom` says whether a file that is written with it begins with one."""

    type_name: ClassVar[str] = "System.Text.UTF8Encoding"
    kinds: ClassVar[tuple[str, ...]] = ("text.encoding",)

    def __init__(self, name: str, *, bom: bool = True, strict: bool = False) -> None:
        self.name, self.bom, self.strict = name, bom and name in BOMS, strict

    @property
    def preamble(self) -> bytes:
        """What it begins a file with."""
        return BOMS[self.name] if self.bom else b""

    @method("GetBytes")
    def get_bytes(self, text: Any) -> bytearray:
        """Text as bytes."""
        return bytearray(encoded(to_text(text), self.name))

    @method("GetString")
    def get_string(self, data: Any, start: int = 0, count: int | None = None) -> str:
        """Bytes as text: a BOM stays in it."""
        chosen = bytes(convert(data, "byte[]"))[start : None if count is None else start + count]
        if self.strict:
            try:
                chosen.decode(self.name)
            except UnicodeDecodeError:
                raise NetError("System.Text.DecoderFallbackException", "Unable to translate bytes to Unicode.",
                               -2147024809) from None  # fmt: skip
        return decoded(chosen, self.name)

    @method("GetByteCount")
    def get_byte_count(self, text: Any) -> int:
        """How many bytes a text takes."""
        return len(encoded(to_text(text), self.name))

    @method("GetPreamble")
    def get_preamble(self) -> bytearray:
        """Its BOM."""
        return bytearray(self.preamble)

    @prop("WebName")
    def web_name(self) -> str:
        """Its name in the internet's words."""
        return {"utf-16-le": "utf-16"}.get(self.name, self.name)


@maker("Text.UTF8Encoding")
def _utf8(_: Shell, bom: Any = False, strict: Any = False) -> Encoding:
    return Encoding("utf-8", bom=truth(bom), strict=truth(strict))


@maker("Text.UnicodeEncoding")
def _utf16(_: Shell, big: Any = False, bom: Any = True) -> Encoding:
    return Encoding("utf-16-be" if truth(big) else "utf-16-le", bom=truth(bom))


_KNOWN = {
    "UTF8": "utf-8",
    "Unicode": "utf-16-le",
    "BigEndianUnicode": "utf-16-be",
    "ASCII": "ascii",
    "Default": "cp1252",
}
for _name, _codec in _KNOWN.items():
    constant("Text.Encoding", _name)(lambda _, codec=_codec: Encoding(codec))


@static("Text.Encoding", "GetEncoding")
def _get_encoding(_: Shell, name: Any) -> Encoding:
    numbers = {
        "1252": "cp1252",
        "850": "cp850",
        "437": "cp437",
        "65001": "utf-8",
        "1200": "utf-16-le",
        "28591": "latin-1",
    }
    word = to_text(name).lower()
    return Encoding(numbers.get(word, {"iso-8859-1": "latin-1", "utf-16": "utf-16-le"}.get(word, word)))


@static("Convert", "ToBase64String")
def _to_base64(_: Shell, data: Any) -> str:
    return base64.b64encode(bytes(convert(data, "byte[]"))).decode()


@static("Convert", "FromBase64String")
def _from_base64(_: Shell, text: Any) -> bytearray:
    try:
        return bytearray(base64.b64decode("".join(to_text(text).split()), validate=True))
    except ValueError:
        raise NetError("System.FormatException", "The input is not a valid Base-64 string.", -2146233033) from None


@static("BitConverter", "ToString")
def _bits(_: Shell, data: Any) -> str:
    return "-".join(f"{one:02X}" for one in bytes(convert(data, "byte[]")))


class Hash(NetObject):
    """A hash algorithm."""

    type_name: ClassVar[str] = "System.Security.Cryptography.SHA256Managed"
    kinds: ClassVar[tuple[str, ...]] = ("security.cryptography.hashalgorithm",)

    def __init__(self, name: str, key: bytes | None = None) -> None:
        self._name, self._key = name, key

    @method("ComputeHash")
    def compute(self, data: Any) -> bytearray:
        """Of bytes, or of a stream from where it stands."""
        raw = bytes(data.rest()) if hasattr(data, "rest") else bytes(convert(data, "byte[]"))
        if self._key is not None:
            return bytearray(hmac.new(self._key, raw, self._name).digest())
        return bytearray(hashlib.new(self._name, raw).digest())

    @method("Dispose")
    def dispose(self) -> Any:
        """Nothing is held."""
        return NOTHING


for _algorithm in ("SHA256", "SHA1", "MD5", "SHA512"):
    static(f"Security.Cryptography.{_algorithm}", "Create")(lambda _, name=_algorithm: Hash(name.lower()))


class Random(NetObject):
    """The random numbers of cryptography."""

    type_name: ClassVar[str] = "System.Security.Cryptography.RNGCryptoServiceProvider"

    @method("GetBytes")
    def fill(self, data: bytearray) -> Any:
        """Fill an array."""
        data[:] = secrets.token_bytes(len(data))
        return NOTHING


@static("Security.Cryptography.RandomNumberGenerator", "Create")
def _random(_: Shell) -> Random:
    return Random()


def length(data: bytes) -> Int64:
    """A length as .NET has it."""
    return Int64(len(data))
