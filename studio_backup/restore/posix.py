"""A folder on a system that speaks sh: it is filled by its tar, and hashed by its own programs.

Links that the landing neutralised are whole again; owners are those of the folder that is restored into.
"""

from __future__ import annotations

import io
import shlex
import tarfile
from types import TracebackType

from studio_backup.errors import StudioBackupError
from studio_backup.restore.stream import MUNGED, Content, Moved, rest_of
from studio_backup.transport import Remote


def land(folder: str) -> str:
    """The script that unpacks into an empty folder, which it makes where nothing is; prints the owner first."""
    place = shlex.quote(folder)
    return f"""{{
LC_ALL=C; export LC_ALL
if [ -e {place} ] && [ ! -d {place} ]; then echo 'refused	is no folder'; exit 5; fi
if [ -d {place} ]; then
  if [ -n "$(ls -A {place})" ]; then echo 'refused	is not empty'; exit 5; fi
else mkdir -p -- {place} || exit 1; fi
owner=$(ls -nd {place} | awk '{{ print $3 "\\t" $4 }}')
printf 'ready\\t%s\\n' "$owner"
cd {place} && tar -xpf - && echo unpacked
}}
"""


#: Plain names go to the hash program many at a time. It writes names with a newline, a return or a backslash in one
#: way here and another there (BusyBox: as they are), so those are hashed one by one and named in hex.
_VERIFY = r"""LC_ALL=C; export LC_ALL
if command -v sha256sum >/dev/null; then set -- sha256sum; else set -- shasum -a 256; fi
line='
'; return=$(printf '\r')
cd %s && find . -type f ! -path "*$line*" ! -path "*$return*" ! -path '*\\*' -exec "$@" {} + &&
find . -type f '(' -path "*$line*" -o -path "*$return*" -o -path '*\\*' ')' -exec sh -c 'program=$1; shift
for file do
  digest=$($program <"$file") || exit 1
  printf "%%s x" "${digest%%%% *}"; printf %%s "$file" | od -An -v -tx1 | tr -d " \n"; echo
done' sh "$*" {} + && echo complete
"""


def verify(folder: str) -> str:
    """The script that hashes what landed: a line `HASH  ./NAME`, or `HASH xHEX` for a name that is not plain."""
    return _VERIFY % shlex.quote(folder)


def sink(answer: str, folder: str, target: Remote) -> Unpacking:
    """The way into the folder, by the first line that `land` says; raises StudioBackupError for any but `ready`."""
    word, _, rest = answer.partition("\t")
    numbers = rest.split("\t")
    if word != "ready" or len(numbers) != 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise StudioBackupError(
            f"{folder} cannot be written: {target.errors().strip() or answer}", "name another folder"
        )
    return Unpacking(target, folder, (int(numbers[0]), int(numbers[1])))


class Unpacking:
    """See stream.Sink: another tar stream, with other owners."""

    def __init__(self, target: Remote, folder: str, owner: tuple[int, int]) -> None:
        self._target, self._folder, self._owner = target, folder, owner
        self._outgoing = tarfile.open(  # noqa: SIM115 - it ends when this does
            fileobj=_Writer(target), mode="w|", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
        )

    def takes(self, member: tarfile.TarInfo, moved: Moved) -> bool:  # noqa: ARG002
        """See Sink.takes."""
        return member.islnk() or member.isfile() or member.isdir() or member.issym()

    def put(self, member: tarfile.TarInfo, content: Content | None) -> None:
        """See Sink.put."""
        self._outgoing.addfile(_owned(member, self._owner), content)

    def conclude(self, moved: Moved) -> None:  # noqa: ARG002
        """See Sink.conclude."""
        if "unpacked" not in rest_of(self._target):
            raise StudioBackupError(
                f"it could not be written: {self._target.errors().strip()}",
                f"look at {self._folder}, then restore into a new folder",
            )

    def __enter__(self) -> Unpacking:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outgoing.__exit__(kind, error, trace)
        if kind is None:
            self._target.finish_writing()


def _owned(member: tarfile.TarInfo, owner: tuple[int, int]) -> tarfile.TarInfo:
    member.uid, member.gid = owner
    member.uname = member.gname = ""
    member.mode &= 0o0777  # no set-uid bit comes back from a copy
    member.pax_headers = {}
    if member.issym():
        member.linkname = member.linkname.removeprefix(MUNGED)
    return member


class _Writer(io.RawIOBase):
    """A remote's input as tarfile writes it."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._remote.write(bytes(data))
        return len(data)
