"""What plays keep on Windows, with the programs that really run there: Fast Startup, the SSH server, Backblaze."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from studio_backup.diff import Present
from studio_backup.probe import Reply, end_mark
from studio_backup.resources.backblaze import Held
from studio_backup.resources.fast_startup import FastStartup
from studio_backup.resources.openssh_server import OpensshServer
from studio_backup.resources.windows_backblaze import WindowsBackblaze
from studio_backup.windows.asking import join, split
from tests.sim.windows.access import ADMINISTRATORS, FULL, READ, SYSTEM, Acl, Rule
from tests.sim.windows.machine import START, Windows
from tests.sim.windows.studio import PLACE, Studio

NONCE = "0123456789abcdef"
FAST = FastStartup(system="ws-a/windows", name="windows", place=PLACE)
SERVER = OpensshServer(system="ws-a/windows", name="windows", place=PLACE, shell="cmd", firewall="open")
POWER = r"SYSTEM\CurrentControlSet\Control\Session Manager\Power"


def test_fast_startup_is_switched_off_and_an_update_that_switches_it_on_is_drift(windows: Windows) -> None:
    bench = Studio(windows, [FAST])
    bench.converge()
    assert windows.state["registry"][POWER]["HiberbootEnabled"] == ["DWord", 0]
    windows.state["registry"][POWER]["HiberbootEnabled"][1] = 1
    assert bench.differs() == {FAST.address: ("drifted", "update")}
    bench.converge()
    del windows.state["registry"][POWER]["HiberbootEnabled"]
    assert bench.differs() == {FAST.address: ("drifted", "update")}
    bench.converge()
    assert windows.state["registry"][POWER]["HiberbootEnabled"] == ["DWord", 0]


def test_what_may_not_be_read_is_unread_and_a_policy_is_told(windows: Windows) -> None:
    bench = Studio(windows, [FAST])
    bench.converge()
    windows.state["registry"][r"SOFTWARE\Policies\Microsoft\Windows\System"] = {"HiberbootEnabled": ["DWord", 1]}
    assert bench.differs() == {FAST.address: ("posture", "watch")}
    windows.state["registry"][POWER] = None
    assert bench.differs() == {FAST.address: ("unread", "unread")}
    assert "not allowed" in bench.change(FAST.address).reason


def test_a_manual_start_is_mended_and_a_disabled_one_is_a_persons(windows: Windows) -> None:
    service = next(one for one in windows.state["services"] if one["Name"] == "sshd")
    service["StartMode"] = "Manual"
    with_keys(windows)
    bench = Studio(windows, [SERVER])
    bench.converge()
    assert service["StartMode"] == "Auto"
    service["StartMode"] = "Disabled"
    assert bench.differs() == {SERVER.address: ("conflict", "conflict")}
    windows.state["services"].remove(service)
    assert bench.change(SERVER.address).reason == "Windows' own SSH server is not installed"


def with_keys(windows: Windows, *more: Rule) -> None:
    """The file that holds the keys of administrators, as Windows makes it, with rules of somebody's."""
    path = r"C:\ProgramData\ssh\administrators_authorized_keys"
    windows.real(path).parent.mkdir(exist_ok=True)
    windows.real(path).write_text("ssh-ed25519 AAAA tech\n", encoding="utf-8")
    windows.access.put(path, Acl(ADMINISTRATORS, True, [Rule(SYSTEM), Rule(ADMINISTRATORS), *more]))


def test_a_loose_access_list_of_the_keys_is_told(windows: Windows) -> None:
    with_keys(windows, Rule("S-1-1-0", READ))
    bench = Studio(windows, [SERVER])
    bench.converge()
    with_keys(windows, Rule("S-1-5-11", FULL))
    assert bench.differs() == {SERVER.address: ("posture", "watch")}
    assert bench.change(SERVER.address).fields[0].after == "administrators alone may change them"
    windows.real(r"C:\ProgramData\ssh\administrators_authorized_keys").unlink()
    assert [one.name for one in bench.change(SERVER.address).fields] == ["keys"]


@pytest.mark.parametrize(("key", "value", "field"), [
    ("DefaultShell", ["String", r"C:\Program Files\Git\bin\bash.exe"], "shell"),
    ("DefaultShellCommandOption", ["String", "/k"], "shell"),
])  # fmt: skip
def test_another_way_in_is_told(windows: Windows, key: str, value: list[str], field: str) -> None:
    with_keys(windows)
    bench = Studio(windows, [SERVER])
    bench.converge()
    windows.state["registry"][r"SOFTWARE\OpenSSH"] = {key: value}
    assert bench.differs() == {SERVER.address: ("posture", "watch")}
    assert [one.name for one in bench.change(SERVER.address).fields] == [field]
    windows.state["firewall"][0]["Enabled"] = 2
    windows.state["session"]["admin"] = False
    assert bench.change(SERVER.address).verb == "unread"  # without rights the firewall tells nothing
    bench.want([replace(SERVER, firewall=None, shell=None)])
    assert {one.name for one in bench.change(SERVER.address).fields} == {"elevated"}


C, S = "v0009a98724006e621c1646e011f", "v00121e7007550b3825692e70910"
DATA = r"C:\ProgramData\Backblaze\bzdata"
BACKBLAZE = WindowsBackblaze(
    system="ws-a/windows", name="windows", place=PLACE, volumes=("S:\\",), paths=(r"S:\Current",), license="active",
    copies={"ws-a/sessions/cloud": Held("S:\\", r"S:\Current")},
)  # fmt: skip
FILES = {
    "bzinfo.xml": f"""<?xml version="1.0"?>
<bzinfo><myself bzlogin="kim@example.net" hguid="secret" />
<do_backup><bzdirfilter dir="s:\\tom &amp; kim\\"
 whichfiles="none" /><bzdirfilter dir="/" whichfiles="all" /></do_backup>
<hard_drives_to_backup><bzvolume bzVolumeGuid="{C}" /><bzvolume bzVolumeGuid="{S}" /></hard_drives_to_backup></bzinfo>
""",
    "bzvolumes.xml": f"""<contents>
<bzvolume bzVolumeGuid="{C}" mountPointPathHex="433a5c" />
<bzvolume bzVolumeGuid="{S}" mountPointPathHex="533a5c" numBytesTotalOnVolume="5" />
</contents>""",
    r"bzreports\bzstat_lastbackupcompleted.xml":
        f'<contents>\r\n<lastbackupcompleted gmt_millis="{int(START.timestamp()) * 1000}" />\r\n</contents>\r\n',
    r"bzreports\bzstat_remainingbackup.xml":
        '<contents><remaining remainingnumfilesforbackup="0" remainingnumbytesforbackup="0" /></contents>',
    r"bzreports\bzdc_synchostinfo.xml":
        '<contents><response bzlogin="kim@example.net" bzlicense_status="active" safety_frozen="false" /></contents>',
    rf"bzfilelists\{S}_s_filelist.dat": "f\t1\n",
}  # fmt: skip


def settle(windows: Windows, now: datetime = START) -> None:
    """A Backblaze that has sent it all; the files were listed an hour before what remains was counted."""
    for name, text in FILES.items():
        text = text.replace(str(int(START.timestamp())), str(int(now.timestamp())))
        write(windows, rf"{DATA}\{name}", text, now - timedelta(hours=2 if "filelists" in name else 1))
    write(windows, r"S:\.bzvol\bzvol_id.xml", f'<contents><bzvolume vguid="{S}" /></contents>', START)


def write(windows: Windows, path: str, text: str, moment: datetime) -> None:
    real = windows.real(path)
    real.parent.mkdir(parents=True, exist_ok=True)
    real.write_text(text, encoding="utf-8", newline="")
    os.utime(real, (moment.timestamp(), moment.timestamp()))


def test_what_backblaze_sent_is_read_whole_and_nothing_of_the_account(windows: Windows) -> None:
    settle(windows)
    bench = Studio(windows, [BACKBLAZE])
    assert bench.differs() == {}
    answer = windows.transport().run(join([BACKBLAZE.probe()], NONCE), 60, end_mark(NONCE))
    (reply,) = split(answer.reply, 1, NONCE)
    assert isinstance(reply, Reply)
    assert "filelist.dat" in reply.out
    assert "kim@" not in reply.out
    assert "secret" not in reply.out


def evidence(windows: Windows) -> datetime | None:
    """Up to when the copy is whole by such a look."""
    change = Studio(windows, [BACKBLAZE]).change(BACKBLAZE.address)
    assert isinstance(change.seen, Present)
    assert isinstance(change.seen.value, WindowsBackblaze)
    return change.seen.value.completed(BACKBLAZE.copies["ws-a/sessions/cloud"])


def test_the_evidence_of_a_copy_is_as_old_as_the_listing(windows: Windows) -> None:
    settle(windows)
    assert evidence(windows) == (START - timedelta(hours=2))
    remaining = FILES[r"bzreports\bzstat_remainingbackup.xml"].replace('files="0"', 'files="3"')
    remaining = remaining.replace('numfilesforbackup="0"', 'numfilesforbackup="3"')
    write(windows, rf"{DATA}\bzreports\bzstat_remainingbackup.xml", remaining, START)
    assert evidence(windows) is None


def test_half_a_file_is_looked_at_again_and_one_that_stays_so_is_unread(windows: Windows) -> None:
    settle(windows)
    path, whole = rf"{DATA}\bzreports\bzstat_remainingbackup.xml", FILES[r"bzreports\bzstat_remainingbackup.xml"]
    write(windows, path, whole[:30], START)
    bench = Studio(windows, [BACKBLAZE])
    assert bench.differs() == {BACKBLAZE.address: ("unread", "unread")}
    windows.before("Start-Sleep", lambda *_: write(windows, path, whole, START))
    assert bench.differs() == {}


def test_one_that_is_not_there_is_told_and_one_that_may_not_be_read_is_unread(windows: Windows) -> None:
    windows.state["services"] = []
    bench = Studio(windows, [BACKBLAZE])
    assert bench.change(BACKBLAZE.address).reason == "Backblaze is not installed"
    settle(windows)
    windows.state["troubles"] = [{"path": DATA, "what": "denied"}]
    assert bench.differs() == {BACKBLAZE.address: ("unread", "unread")}
