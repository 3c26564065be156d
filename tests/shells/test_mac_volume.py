"""Whether the right volume of a Mac is mounted, by what diskutil prints: in every shell, whatever its name is."""

from __future__ import annotations

import plistlib
import subprocess
from pathlib import Path

import pytest

from studio_backup.paths import MAC_TOOLS
from studio_backup.resources.mac_volume import MOUNTED
from tests.sandbox import SHELLS

ID = "5F9B3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["R&B", "A <Live> &amp; B", "50 % \\1 $x"])
def test_a_name_that_xml_writes_otherwise(tmp_path: Path, shell: str, name: str) -> None:
    place = f"/Volumes/{name}"
    (tmp_path / "said").write_bytes(plistlib.dumps({"MountPoint": place, "VolumeUUID": ID}))
    script = f'said() {{ cat {tmp_path}/said; }}\n{MOUNTED.replace(MAC_TOOLS["diskutil"], "said")}\nmounted_is "$@"'
    for words, answer in (
        ([place, ID], ""),
        ([f"{place}x", ID], f"nothing is mounted at {place}x\n"),
        ([place, "other"], f"another volume is mounted at {place}\n"),
    ):
        done = subprocess.run([*SHELLS[shell], "-c", script, "sh", *words], capture_output=True, text=True, timeout=60,
                              check=False)  # fmt: skip
        assert (done.stdout, done.stderr) == (answer, "")
