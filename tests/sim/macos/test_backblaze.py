"""The question to a Mac about Backblaze, over real files, in every shell: tags, moments, and nothing of the account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from studio_backup.probe import PREAMBLE, Reply
from studio_backup.resource import Unparsable
from studio_backup.resources.backblaze import Held
from studio_backup.resources.mac_backblaze import DATA, MacBackblaze
from studio_backup.source import Place
from tests.sandbox import SHELLS
from tests.sim.macos.machine import Mac

ROOT, OTHER = "v0009a98724006e621c1646e011f", "v00121e7007550b3825692e70910"
SETTLE = f"""rm -rf {DATA}; mkdir -p {DATA}/bzreports {DATA}/bzfilelists /Volumes/Sessions/.bzvol /opt/tools
cd {DATA}
cat >bzinfo.xml <<'EOF'
<?xml version="1.0" encoding="UTF-8" ?>
<bzinfo>
<myself bzlogin="kim@example.net" hguid="secret-of-kim" />
<do_backup backup_schedule_type="continuously"><bzdirfilter dir="/volumes/sessions/tom &amp; kim/"
  whichfiles="none" /><bzdirfilter dir="/" whichfiles="all" /></do_backup>
<hard_drives_to_backup><bzvolume mountPointPath="/Volumes/Sessions/" bzVolumeGuid="{OTHER}" /></hard_drives_to_backup>
</bzinfo>
EOF
cat >bzvolumes.xml <<'EOF'
<contents>
<bzvolume bzVolumeGuid="{ROOT}" mountPointPathHex="2f" />
<bzvolume bzVolumeGuid="{OTHER}" mountPointPathHex="{b"/Volumes/Sessions/".hex()}" />
</contents>
EOF
echo '<contents><lastbackupcompleted gmt_millis="1772359200000" /></contents>' >bzreports/bzstat_lastbackupcompleted.xml
echo '<contents><remaining remainingnumfilesforbackup="0" remainingnumbytesforbackup="0" /></contents>' \\
  >bzreports/bzstat_remainingbackup.xml
printf '<contents>\\r\\n<response bzlogin="kim@example.net" bzlicense_status="active"
  safety_frozen="false" />\\r\\n</contents>' >bzreports/bzdc_synchostinfo.xml
echo '<contents><bzvolume vguid="{OTHER}" /></contents>' >/Volumes/Sessions/.bzvol/bzvol_id.xml
touch bzfilelists/{OTHER}_sessions_filelist.dat
TZ=UTC0 touch -t 202603010900 bzfilelists/{OTHER}_sessions_filelist.dat
TZ=UTC0 touch -t 202603010950 bzreports/*.xml
printf '#!/bin/sh\\nexit 0\\n' >/opt/tools/pgrep; chmod 755 /opt/tools/pgrep
"""
HELD = Held("/Volumes/Sessions", "/Volumes/Sessions/Current")
WANT = MacBackblaze(system="ws-a/macos", name="macos", place=Place("s", 1, 1), volumes=(HELD.root,), paths=(HELD.path,),
                    license="active", max_age=50 * 365 * 86400, copies={"ws-a/sessions/cloud": HELD})  # fmt: skip


def asked(mac: Mac, shell: list[str]) -> Reply:
    question = f"( set -eu\nset -- {HELD.root}\n{WANT.probe().script}\n) </dev/null\n"
    done = mac.run(f"{PREAMBLE}\nPATH=/opt/tools:$PATH\n{question}", shell)
    return Reply(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_its_files_tell(mac: Mac, shell: str) -> None:
    mac.do(SETTLE)
    reply = asked(mac, SHELLS[shell])
    assert "kim@" not in reply.out
    assert "secret" not in reply.out
    seen = WANT.parse(reply)
    assert (seen.state, seen.remaining, seen.frozen, seen.license) == ("running", "nothing", "no", "active")
    assert (seen.volumes, seen.left_out) == (("/Volumes/Sessions",), "nothing")
    assert seen.client is not None
    assert seen.client.filters == ("/volumes/sessions/tom & kim/",)
    assert seen.completed(HELD) == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_file_that_is_being_written_is_unread_and_one_that_is_gone_is_seen_so(mac: Mac) -> None:
    mac.do(f"{SETTLE}printf '<contents><remaining remaining' >bzreports/bzstat_remainingbackup.xml")
    with pytest.raises(Unparsable, match="is not whole"):
        WANT.parse(asked(mac, ["/bin/sh"]))
    mac.do("rm -r /Library/Backblaze.bzpkg")
    assert WANT.parse(asked(mac, ["/bin/sh"])).state == "not installed"
