"""mdadm.conf as mdadm reads it: which line of somebody else's is about an array, or in the way of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studio_backup.resources.marked import THEIRS

PATH = "/etc/mdadm/mdadm.conf"
#: The other place that mdadm looks in; of the two it reads one file alone.
OTHER = "/etc/mdadm.conf"

#: Refuses when others' lines are not what was read: $1 their check sum then, or "" and none may be about the array $2,
#: also known as $3, of the UUID $4 (hex digits alone), nor, where $2 is PROGRAM, be a PROGRAM. The same sense as `met`.
GUARD = rf"""{THEIRS}
file={PATH}
if [ -n "$1" ]; then
  if [ -e "$file" ]; then now=$(theirs "$file"); else now=absent; fi
  [ "$now" = "$1" ] || {{ printf '%s changed since it was read\n' "$file"; false; }}
elif [ -e "$file" ]; then
  name=$2 known=$3 uuid=$4 awk '
    function is(word, keyword) {{ word = toupper(word); return length(word) > 2 && index(keyword, word) == 1 }}
    function judge(count, word, at, value, hit) {{
      count = split(text, word, " ")
      if (name == "PROGRAM") hit = is(word[1], name)
      else if (is(word[1], "ARRAY")) for (at = 2; at <= count; at++) {{
        value = word[at]
        if (value !~ /=/) {{ sub(/^\/dev\/md\//, "", value); if (value == name) hit = 1; continue }}
        sub(/^[^=]*=/, "", value)
        if (tolower(word[at]) ~ /^name=/ && (value == name || value == known)) hit = 1
        if (tolower(word[at]) !~ /^uuid=/) continue
        value = tolower(value); gsub(/[^0-9a-f]/, "", value)
        if (uuid != "" && value == uuid) hit = 1
      }}
      if (hit) {{ print "{PATH} has got a line:" text; found = 1 }}
    }}
    BEGIN {{ name = ENVIRON["name"]; known = ENVIRON["known"]; uuid = ENVIRON["uuid"] }}
    /^# >>> studio-backup / {{ ours = 1 }}
    !ours {{
      line = $0; sub(/(^|[ \t])#.*/, "", line); gsub(/["\047]/, "", line)
      if (line ~ /^[^ \t]/) {{ judge(); text = "" }}
      text = text " " line
    }}
    /^# <<< studio-backup / {{ ours = 0 }}
    END {{ judge(); exit found }}' "$file"
elif [ -e {OTHER} ] || [ -L {OTHER} ]; then
  printf '%s would hide %s: move what is in there to it first\n' "$file" {OTHER}; false
fi"""


@dataclass(frozen=True)
class Statement:
    """One keyword with its words, and the number of the line that it begins in."""

    number: int
    words: tuple[str, ...]

    def says(self, keyword: str) -> bool:
        """Its first three letters do for a keyword, and small ones, too."""
        word = self.words[0].upper()
        return len(word) > 2 and keyword.startswith(word)

    @property
    def array(self) -> str:
        """The array's name, without the folder of such names; "" where the line says none."""
        return next((word.removeprefix("/dev/md/") for word in self.words[1:] if "=" not in word), "")

    def tag(self, key: str) -> str:
        """What stands behind `key=`."""
        tags = (word.partition("=") for word in self.words[1:])
        return next((value for name, _, value in tags if name.lower() == key), "")


def hexadecimal(uuid: str) -> str:
    """A UUID without whatever stands between its digits: mdadm takes any punctuation."""
    return re.sub(r"[^0-9a-f]", "", uuid.lower())


def statements(lines: Iterable[tuple[int, str]]) -> Iterator[Statement]:
    """Lines (number, text) that begin with a blank go on with the one before; quotes may be around words."""
    number, words = 0, list[str]()
    for at, line in lines:
        text = re.sub(r"(^|[ \t])#.*", "", line).replace('"', "").replace("'", "")
        if text[:1].strip():
            if words:
                yield Statement(number, tuple(words))
            number, words = at, []
        words += text.split()
    if words:
        yield Statement(number or 1, tuple(words))
