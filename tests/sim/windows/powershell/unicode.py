"""Text of .NET is a row of UTF-16 units: here a letter outside the first plane stands as its two surrogates."""

from __future__ import annotations


def units(text: str) -> str:
    """As a program holds it: every letter outside the first plane as two units."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    out = []
    for letter in text:
        code = ord(letter)
        if code > 0xFFFF:
            code -= 0x10000
            out.append(chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF)))
        else:
            out.append(letter)
    return "".join(out)


def joined(text: str) -> str:
    """As Python holds it: two surrogates that belong together as one letter, half a letter as it is."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def encoded(text: str, encoding: str) -> bytes:
    """Bytes as an Encoding of .NET makes them: half a letter becomes U+FFFD."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.encode(encoding, "replace")


def decoded(data: bytes, encoding: str) -> str:
    """Text of bytes; what is none becomes U+FFFD."""
    return units(data.decode(encoding, "replace"))
