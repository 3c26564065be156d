"""`plan` of hundreds of systems with nothing to change: is its cost a straight line, and what memory does it take?

Every size is a process of its own and has no network: what each machine would answer stands in files. So this is the
cost of our side alone; connections and ciphers come on top.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks import answers, by_hand, offline, studio
from benchmarks.process import Failed, Run, run
from benchmarks.rounds import Rounds, fit, load, ratios
from studio_backup.probe import join

OFFLINE = str(Path(offline.__file__))
#: Steps between nothing and the number that was asked for.
SIZES = 5
_HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgUkIZO4f6Hi6X2x38oDpuWhofHKEgoQdDEj7+8xBCr"


def measure(most: int, rounds: int, parallel: int) -> str:
    """Plan a fifth, two fifths, … and all of `most` systems, `rounds` times each; returns the report."""
    sizes = [most * step // SIZES for step in range(1, SIZES + 1)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        hosts = made_up(most)
        options = {size: studio.write(folder / str(size), hosts[:size]) for size in sizes}
        # In a process of its own: what is started from a large process is never seen to be smaller than that.
        with ProcessPoolExecutor(1) as apart:
            counts = apart.submit(write_answers, folder, folder / str(most)).result()
        found = Rounds()
        before = load()
        for round_number in range(rounds):
            for size in sizes:
                count = sum(counts[host.name] for host in hosts[:size])
                state = {"XDG_STATE_HOME": str(folder / f"state-{size}-{round_number}"), "HOME": str(folder)}
                asked = [*options[size], "plan", "--parallel", str(parallel)]
                found.measure(f"{size} systems", partial(_plan, folder, asked, state, count))
        return f"{counts[hosts[0].name]} resources a system; {before}\n{found.table()}\n{_judged(found, sizes)}"


def made_up(count: int) -> list[studio.Host]:
    """Machines whose addresses are names that nobody looks up."""
    return [
        studio.Host(
            name=f"ws-{number:03}",
            address=f"ws-{number:03}.studio.test",
            host_key=_HOST_KEY,
            source_id=f"5e550000-0000-4000-8000-{number:012x}",
            target_id=f"7a4b0000-0000-4000-8000-{number:012x}",
        )
        for number in range(1, count + 1)
    ]


def write_answers(folder: Path, spec: Path) -> dict[str, int]:
    """The files that `offline` answers from; gives the number of resources of each machine."""
    wanted = by_hand.wanted(spec)
    for name, resources in wanted.items():
        out, err = answers.whole_answer(resources, offline.NONCE)
        question = join(answers.asked(resources), offline.NONCE)
        for suffix, text in ((".out", out), (".err", err), (".asked", offline.digest(question))):
            (folder / name).with_suffix(suffix).write_text(text, encoding="utf-8")
    return {name: len(resources) for name, resources in wanted.items()}


def _plan(folder: Path, arguments: Sequence[str], state: Mapping[str, str], count: int) -> Run:
    """One plan, which must find all `count` resources right; raises Failed when it does not."""
    done = run([sys.executable, OFFLINE, str(folder), *arguments], extra=state)
    if f"Nothing to do: {count:,} resources" not in done.out:
        raise Failed(f"not all of {count} resources were read and right:\n{done.out[-3000:]}\n{done.err[-3000:]}")
    return done


def _judged(found: Rounds, sizes: Sequence[int]) -> str:
    spent = {size: found.processor(f"{size} systems") for size in sizes}
    memory = {size: max(one.megabytes for one in found.runs[f"{size} systems"]) for size in sizes}
    slope, start, share = fit([(float(size), spent[size]) for size in sizes])
    more, base, _ = fit([(float(size), memory[size]) for size in sizes])
    least, most = sizes[0], sizes[-1]
    return (
        f"processor: {start:.2f} s + {slope * 1000:.2f} ms a system, R² {share:.4f}; "
        f"memory: {base:.0f} MB + {more * 1000:.0f} kB a system\n"
    ) + ratios(
        {
            "what a straight line leaves open (1 - R²)": (1 - share, 0.01),
            f"cost of a system, {most} / {least}": ((spent[most] / most) / (spent[least] / least), 1.0),
            f"peak MB of {most} systems / 200": (memory[most] / 200, 1.0),
        }
    )
