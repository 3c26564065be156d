"""Time Machine shares that plays keep, compiled: what each rests on, and what never leaves the control machine."""

from __future__ import annotations

import re
from pathlib import Path

from studio_backup.compile import Compiled, compile_studio
from studio_backup.policy.holdings import holdings_of
from studio_backup.resources.avahi_service import AvahiService
from studio_backup.resources.directory import Directory
from studio_backup.resources.samba_share import SambaShare
from studio_backup.resources.samba_user import SambaUser
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio
from studio_backup.spec.shares import url_of
from tests.one_nas import one_nas

MACHINES = one_nas("""
    disks: {bay1: {id: ata-1, medium: hdd}}
    volumes: {tank: {on: bay1, filesystem: ext4, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}}
""")
SHARES = """
- name: Macs have somewhere to back up to
  hosts: nas
  samba-share:
    tm-ws-a: {volume: tank, path: time-machine/ws-a, quota: 2T, password: {file: ~/secrets/tm-ws-a}}
    tm-ws-b:
      volume: tank
      path: time-machine/ws-b
      quota: 500G
      user: mac-b
      password: {command: [pass, show, studio/tm-ws-b]}
      password-version: 3
"""
NAS = "nas/linux"


def studio_of(playbook: str = SHARES) -> Studio:
    loaded = load([("i.yml", MACHINES)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def compiled(playbook: str = SHARES) -> Compiled:
    return compile_studio(studio_of(playbook))


def share(name: str, playbook: str = SHARES) -> SambaShare:
    found = compiled(playbook).resources[f"{NAS}/samba-share/{name}"]
    assert isinstance(found, SambaShare)
    return found


def login(name: str, playbook: str = SHARES) -> SambaUser:
    found = compiled(playbook).resources[f"{NAS}/samba-user/{name}"]
    assert isinstance(found, SambaUser)
    return found


def test_a_share_rests_on_its_volume_its_folder_its_login_and_its_guard() -> None:
    configuration = "/etc/studio-backup/northlight"
    assert share("tm-ws-a").needs() == {
        f"{NAS}/volume//srv/tank",
        f"{NAS}/sentinel//srv/tank",
        f"{NAS}/samba-server/smbd",
        f"{NAS}/directory//srv/tank/time-machine/ws-a",
        f"{NAS}/samba-user/tm-ws-a",
        f"{NAS}/file/{configuration}/share",
        f"{NAS}/file/{configuration}/volume.sh",
    }
    folder = compiled().resources[f"{NAS}/directory//srv/tank/time-machine/ws-a"]
    assert isinstance(folder, Directory)
    assert (folder.owner, folder.mode, folder.guard) == ("tm-ws-a", "0700", "/srv/tank")
    assert {f"{NAS}/receiver/tm-ws-a", f"{NAS}/volume//srv/tank"} <= folder.needs()


def test_what_stands_in_its_section() -> None:
    one = share("tm-ws-b")
    assert (one.path, one.user, one.quota) == ("/srv/tank/time-machine/ws-b", "mac-b", "500G")
    for line in ("vfs objects = catia fruit streams_xattr", "fruit:time machine = yes", "root preexec close = yes"):
        assert f"   {line}\n" in f"{one.options}\n"
    guard = "/etc/studio-backup/northlight/share /srv/tank 7a4b0001-0000-4000-8000-000000000001 nas/tank northlight"
    assert f"   root preexec = {guard}\n" in one.options


def test_a_password_is_a_reference_and_says_when_it_is_another() -> None:
    assert login("tm-ws-a").password == "set from file:~/secrets/tm-ws-a"
    command = login("mac-b")
    assert command.source is not None
    assert command.source.words == ("pass", "show", "studio/tm-ws-b")
    assert command.password.startswith("set from command:pass #")
    assert command.password.endswith(", version 3")
    other = SHARES.replace("studio/tm-ws-b", "studio/other")
    assert login("mac-b", other).password != command.password
    assert login("mac-b", other).digest() != command.digest()
    (step,) = command.create()
    assert step.secret == command.source
    assert "studio/tm-ws-b" not in step.script


def test_macs_are_told_of_all_shares_once() -> None:
    found = compiled().resources[f"{NAS}/avahi-service/studio-backup-northlight.service"]
    assert isinstance(found, AvahiService)
    assert "dk0=adVN=tm-ws-a,adVF=0x82" in found.text
    assert "dk1=adVN=tm-ws-b,adVF=0x82" in found.text
    assert found.text.count("_adisk._tcp") == 1
    assert found.needs() == {f"{NAS}/samba-share/tm-ws-a", f"{NAS}/samba-share/tm-ws-b"}


def test_how_a_mac_names_it() -> None:
    studio = studio_of()
    assert [url_of(studio, one) for one in studio.managed] == [
        "smb://tm-ws-a@10.0.0.2/tm-ws-a",
        "smb://mac-b@10.0.0.2/tm-ws-b",
    ]


def test_a_copy_that_goes_to_a_share_dies_with_the_nas() -> None:
    text = (Path(__file__).parent / "spec/good/inventory.yml").read_text(encoding="utf-8")
    play = """
- name: Time Machine of room A
  hosts: ws-a
  datasets:
    takes:
      source: {volume: sessions, path: takes}
      policy: none
      external:
        by-share: {tool: time-machine, to: "share:nas/tm-ws-a"}
        by-volume: {tool: time-machine, to: "nas:tank/time-machine/ws-a"}
- name: Its share
  hosts: nas
  samba-share:
    tm-ws-a: {volume: tank, path: time-machine/ws-a, quota: 2T, password: {env: TM_WS_A}}
"""
    loaded = load([("i.yml", text)], [("p.yml", play)])
    assert loaded.studio is not None, loaded.problems
    dataset = loaded.studio.datasets["ws-a/takes"]
    by_share, by_volume = dataset.external.values()
    assert by_share.destination == "share:nas/tm-ws-a"
    assert (by_share.machine, by_share.volume, by_share.path) == ("nas", "tank", by_volume.path)
    _, share, volume = holdings_of(loaded.studio, dataset)
    assert (share.site, share.room, share.array, share.spare) == ("studio", "studio/machine-room", "nas/tank", 1)
    assert (share.disks, share.erasers) == (volume.disks, volume.erasers)


def test_the_documentation_is_a_valid_spec() -> None:
    text = (Path(__file__).parents[1] / "docs/time-machine-server.md").read_text(encoding="utf-8")
    files = re.findall(r"```yaml\n# (\S+\.yml)\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in files] == ["inventory/nas.yml", "playbooks/macs.yml"]
    loaded = load(files[:1], files[1:])
    assert loaded.problems == ()
    assert loaded.studio is not None
    (one,) = loaded.studio.managed
    assert f"`{url_of(loaded.studio, one)}`" in text
