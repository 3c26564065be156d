"""Lines of ours between two marks, in a file that belongs to somebody else: read, put in, taken out."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.absence import ABSENT
from studio_backup.resource import Unparsable

#: `theirs FILE`: check sum of every line that no studio-backup wrote. Two blocks of ours in one file do not disturb
#: each other.
THEIRS = r"""theirs() {
  awk '/^# >>> studio-backup / { ours = 1 } !ours { print } /^# <<< studio-backup / { ours = 0 }' "$1" | cksum
}"""

#: `read_shared FILE`: the check sum of others' lines and the whole text, or that it is a link or proven absent.
READ = rf"""{THEIRS}
{ABSENT}
read_shared() {{
  if [ -L "$1" ]; then printf 'sum\tlink\n'
  elif [ -f "$1" ]; then
    printf 'sum\t%s\n' "$(theirs "$1")"
    awk '{{ print "\t" $0 }}' "$1"
  elif absent "$1"; then printf 'sum\tabsent\n'
  else printf '%s cannot be read\n' "$1" >&2; exit 1; fi
}}"""

#: `replace_lines FILE MARK LINES TARGET`: FILE as it is, with LINES (none: nothing) in place of what stands between
#: our marks, written to TARGET.
REPLACE = r"""replace_lines() {
  : >"$4"
  [ ! -e "$1" ] || awk -v mark="$2" '
    $0 == "# >>> " mark { inside = 1 } !inside { print } $0 == "# <<< " mark { inside = 0 }
    END { exit inside }' "$1" >"$4"
  [ -z "$3" ] || printf '# >>> %s\n%s\n# <<< %s\n' "$2" "$3" "$2" >>"$4"
}"""

#: $stage/new is the file $1, which may be missing, with $3 between the marks $2; owner, mode and every other byte stay.
STAGE = rf"""{REPLACE}
[ ! -L "$1" ]
rm -rf "${{1%/*}}/.studio-backup-${{1##*/}}".*
stage=${{1%/*}}/.studio-backup-${{1##*/}}.$$; mkdir -m 0700 "$stage"
if [ -e "$1" ]; then cp -p -- "$1" "$stage/new"; else : >"$stage/new"; chmod 0644 "$stage/new"; fi
replace_lines "$1" "$2" "$3" "$stage/text"
cat "$stage/text" >"$stage/new" """

#: The same, put in its place.
WRITE = rf"""{STAGE}
mv -f -- "$stage/new" "$1"
rm -rf "$stage" """


def mark(what: str) -> str:
    """What stands in the lines around ours."""
    return f"studio-backup {what} (edits between these lines show as drift)"


def inside(lines: Sequence[str], mark: str, whose: str) -> list[str] | None:
    """All that stands between our marks, should they be there twice, too; None without any.

    Raises Unparsable for a beginning without an end.
    """
    begin, end = f"# >>> {mark}", f"# <<< {mark}"
    mine: list[str] = []
    within = False
    for line in lines:
        if line == end:
            within = False
        elif within:
            mine.append(line)
        within = within or line == begin
    if within:
        raise Unparsable(f"the lines of ours {whose} have a beginning and no end")
    return mine if begin in lines else None


def outside(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Every line that no studio-backup wrote, with its number in the file.

    Raises Unparsable for a beginning without an end: whose the lines after it are, nothing tells.
    """
    found: list[tuple[int, str]] = []
    ours = False
    for number, line in enumerate(lines, 1):
        ours = ours or line.startswith("# >>> studio-backup ")
        if not ours:
            found.append((number, line))
        ours = ours and not line.startswith("# <<< studio-backup ")
    if ours:
        raise Unparsable("lines of a studio-backup have a beginning and no end")
    return found
