"""What PowerShell wraps its errors in when nobody asked it to: the plain text is taken out again."""

from __future__ import annotations

import re

_HEADER = re.compile(r"#< CLIXML\r?\n?")
_BLOCK = re.compile(r"<Objs .*?</Objs>\r?\n?", re.DOTALL)
_ERROR = re.compile(r'<S S="Error">(.*?)</S>', re.DOTALL)
_UNIT = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def plain(text: str) -> str:
    """The errors in their order, and what native programs wrote between them; progress is dropped."""
    if "#< CLIXML" not in text:
        return text
    return _HEADER.sub("", _BLOCK.sub(lambda block: "".join(map(_letters, _ERROR.findall(block[0]))), text))


def _letters(text: str) -> str:
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    units = re.sub(_UNIT, lambda found: chr(int(found[1], 16)), text)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n")
