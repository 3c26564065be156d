"""Questions to a machine: many read-only fragments joined into one script, and its one answer split again.

The joined script frames every fragment with a random nonce on both streams, so that nothing a fragment prints
can pass for another's answer, and a missing end mark proves that an answer is not whole.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio_backup.paths import FIND_STATE

#: Seconds one fragment may take before it is given up on its own machine.
FRAGMENT_SECONDS = 20
#: Seconds more for each device or mount beyond the first that it is asked about.
DEVICE_SECONDS = 2
#: Exit status that stands for "given up by the watchdog" (what `timeout -s KILL` reports, too).
KILLED = 137
#: What stands where the shell lost a fragment's exit status; none is that large.
LOST = 999
#: Why such a fragment has no answer: it ended, so it is worth asking again.
LOST_REASON = "ended, and its shell lost how"
#: What every script of ours starts from, whatever the login shell had set.
PREAMBLE = f"""LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin; export LC_ALL PATH
unset CDPATH ENV; IFS=' \t\n'
{FIND_STATE}"""

_ENDED = re.compile(r"([0-9]+) ([0-9]+)>(?:\n|\Z)")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A read-only fragment of POSIX sh. `args` reach it as "$@"; equal scripts are asked once with all their args.

    `touches` is true when the fragment reads a device or a mount that may hang: those are asked last.
    """

    script: str
    args: tuple[str, ...] = ()
    touches: bool = False

    def limit(self, seconds: int) -> int:
        """How long it may take where one fragment has `seconds`."""
        return seconds + (DEVICE_SECONDS * max(len(self.args) - 1, 0) if self.touches else 0)


@dataclass(frozen=True)
class Reply:
    """What a program answered: exit status and both streams (undecodable bytes as lone surrogates)."""

    exit: int
    out: str
    err: str


@dataclass(frozen=True)
class Unanswered:
    """A fragment without a whole answer: `began` tells a hung one from one that was never reached."""

    reason: str
    began: bool


def merge(probes: Iterable[Probe]) -> list[Probe]:
    """Ask equal scripts once, with every argument once, those that touch devices or mounts last."""
    arguments: dict[tuple[bool, str], dict[str, None]] = {}
    for probe in probes:
        arguments.setdefault((probe.touches, probe.script), {}).update(dict.fromkeys(probe.args))
    merged = [Probe(script=script, args=tuple(args), touches=touches) for (touches, script), args in arguments.items()]
    return sorted(merged, key=lambda probe: probe.touches)


def end_mark(nonce: str) -> str:
    """The last line of a whole answer, on both streams."""
    return f"<{nonce} whole>"


def join(probes: Sequence[Probe], nonce: str, seconds: int = FRAGMENT_SECONDS) -> str:
    """One script that runs every probe under its own watchdog and frames each answer on both streams.

    One ticker for all fragments signals the shell once a second; the trap counts for the fragment that runs now. A
    killed fragment's own children are killed where the system names them (Linux), else left behind: their
    streams are never waited for, the end mark is.
    """
    frames = "\n".join(_fragment(number, probe, nonce, seconds) for number, probe in enumerate(probes))
    return f"""{{
{PREAMBLE}
asked=0; fragment=; limit={seconds}; shell=$$
late() {{
  asked=$((asked + 1)); ticked=yes
  if [ -n "$fragment" ] && [ "$asked" -ge "$limit" ]; then
    children=; list=/proc/$fragment/task/$fragment/children
    [ ! -r "$list" ] || read -r children <"$list"
    kill -9 "$fragment" $children 2>/dev/null
  fi
}}
trap late USR1
( trap 'kill "$pause" 2>/dev/null; exit 0' TERM
  while :; do sleep 1 & pause=$!; wait "$pause"; kill -USR1 "$shell" || exit 0; done ) </dev/null >/dev/null 2>&1 &
ticker=$!
reap() {{
  asked=0; code=; gone=
  while :; do
    ticked=; wait "$fragment"; got=$?
    # A tick ends `wait` early; a second `wait` for a fragment already collected says 127.
    [ "$got" -eq 127 ] && [ -n "$code" ] && break
    code=$got; [ -n "$ticked" ] || break
    # bash loses a fragment that ends in the moment of a tick, and would wait for it for ever.
    [ -z "$gone" ] || {{ code={LOST}; break; }}
    kill -0 "$fragment" 2>/dev/null || gone=yes
  done
  fragment=
}}
ended=
mark() {{ printf '\\n%s\\n%s\\n' "$ended" "$1"; printf '\\n%s\\n%s\\n' "$ended" "$1" >&2; }}
{frames}
kill "$ticker" 2>/dev/null
mark '{end_mark(nonce)}'
}} </dev/null
"""


def _fragment(number: int, probe: Probe, nonce: str, seconds: int) -> str:
    """Runs one probe; its end and the begin of the next are marked in one write a stream."""
    limit = probe.limit(seconds)
    arguments = f"set -- {' '.join(map(shlex.quote, probe.args))}\n" if probe.args else "set --\n"
    return f"""limit={limit}
mark '<{nonce} {number}>'
( set -eu
{arguments}{probe.script}
) </dev/null & fragment=$!
reap
ended='<{nonce} {number} '"$code>" """


def split(reply: Reply, count: int, nonce: str) -> list[Reply | Unanswered]:
    """The answer of each of `count` probes; one that is not framed whole on both streams is `Unanswered`."""
    out, err = _frames(reply.out, nonce), _frames(reply.err, nonce)
    answers: list[Reply | Unanswered] = []
    for number in range(count):
        match out.get(number), err.get(number):
            case (int(code), str(text)), (int(), str(errors)):
                if code == KILLED:
                    answers.append(Unanswered("gave no answer in time", began=True))
                elif code == LOST:
                    answers.append(Unanswered(LOST_REASON, began=False))
                else:
                    answers.append(Reply(code, text, errors))
            case None, None:
                answers.append(Unanswered("was not reached", began=f"<{nonce} {number}>\n" in reply.out))
            case _:
                answers.append(Unanswered("was cut off", began=True))
    return answers


def _frames(stream: str, nonce: str) -> dict[int, tuple[int, str]]:
    """Exit status and text by number. Only a script of ours knows the nonce: what follows it is a mark."""
    frames: dict[int, tuple[int, str]] = {}
    for begin, end in pairwise(f"\n{stream}".split(f"\n<{nonce} ")):
        number, newline, text = begin.partition(">\n")
        ended = _ENDED.match(end)
        if newline and ended and ended[1] == number:
            frames[int(number)] = (int(ended[2]), text)
    return frames
