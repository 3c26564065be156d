"""What runs moved, as the question of `status` reads it out of their records, in every shell."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from studio_backup.status import probe
from tests.sandbox import SHELLS
from tests.test_records import route

RECORD = (
    '{{"version":1,"result":"{}","reason":null,"started":{},"ended":9,"seconds":1,"files":3,"bytes":{},"created":1}}\n'
)


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_runs_that_ended_well_say_what_they_moved(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    for number, said in enumerate([("ok", 1795000000, 100), ("failed", 1795001000, 5), ("ok", 1795002000, 300)]):
        (tmp_path / f"runs/job.2026-11-2{number}.json").write_text(RECORD.format(*said))
    for job, moved in (("job", ["1795000000\t100", "1795002000\t300"]), ("other", [])):
        question = shlex.quote(f"{tmp_path} {job} an-id /srv/none\t/srv/none/x")
        asked = f"set -eu\nset -- {question}\n{probe(route()).script}"
        done = subprocess.run([*shell, "-c", asked], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert [line[6:] for line in done.stdout.split("\n") if line.startswith("moved\t")] == moved
        assert done.stdout.endswith("complete\n")
