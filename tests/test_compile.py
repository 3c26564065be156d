"""From a studio to resources: the example studio word by word, and what must hold for any studio."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_backup.compile import Compiled, compile_studio, routes
from studio_backup.compile.conf import assignments, gate, job
from studio_backup.compile.route import join
from studio_backup.programs import shipped
from studio_backup.resource import After, Derived, Resource
from studio_backup.resources.block import Block
from studio_backup.resources.file import File
from studio_backup.resources.ssh_key import SshKey
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio
from tests.laws.scripts import example
from tests.sandbox import SHELLS

GOLDEN = Path(__file__).parent / "compile"
HOSTILE = 'it\'s Größe $HOME `id` \\ -- "x"; #1'
_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"


def studio_of(body: str, copies: str, source: str = "{volume: work}") -> Studio:
    """A studio with one dataset `ws/songs` on machine ws."""
    inventory = f"version: 1\nstudio: northlight\nsites: {{s: {{rooms: {{a: {{}}}}}}, home: {{}}}}\nmachines:\n{body}"
    playbook = (
        "- name: songs are safe\n  hosts: ws\n  datasets:\n    songs:\n"
        f"      source: {source}\n      policy: 3-2-1\n      copies:\n{copies}"
    )
    loaded = load([("i.yml", inventory)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def machine(
    name: str, systems: str, volumes: str, role: str = "workstation", room: str = "room: a", more: str = ""
) -> str:
    return (
        f"  {name}:\n    role: {role}\n    {room}\n{more}    systems: {{{systems}}}\n"
        f"    disks: {{work: {{serial: {name}1, medium: ssd}}, spare: {{serial: {name}2, medium: hdd}}}}\n"
        f"    volumes: {{{volumes}}}\n"
    )


def system(name: str, address: str, letter: str, more: str = "") -> str:
    return f'{name}: {{os: linux, address: {address}, user: root, host_key: "ssh-ed25519 {_KEY}{letter}"{more}}}'


def volume(name: str, on: str, number: int, path: str) -> str:
    return f"{name}: {{on: {on}, filesystem: ext4, id: 5e551001-0000-4000-8000-00000000000{number}, path: {path}}}"


WS = machine("ws", system("linux", "10.0.0.1", "a"), volume("work", "work", 1, "/srv/work"))
NAS = machine("nas", system("linux", "10.0.0.2", "b"), volume("tank", "work", 2, "/srv/tank"), "nas")
TO_NAS = '        on-nas: {to: "nas:tank/songs", every: hour, keep: {daily: 30}}\n'


def listing(compiled: Compiled) -> str:
    """One paragraph a resource: address, what it needs, and the fields that decide."""
    return "".join(_paragraph(resource) for resource in compiled.resources.values())


def _paragraph(resource: Resource) -> str:
    lines = [resource.address]
    lines += [f"  needs {address}" for address in sorted(resource.needs())]
    lines += [f"  for {', '.join(resource.serves)}"]
    for name in ("mode", "owner", "home", "id", "enabled", "active", "guard"):
        if value := getattr(resource, name, None):
            lines.append(f"  {name} {value}")
    text = getattr(resource, "text", getattr(resource, "lines", ""))
    if isinstance(text, Derived):
        text = "".join(part if isinstance(part, str) else f"<{part.field} of {part.address}>" for part in text.parts)
    program = isinstance(resource, File) and resource.name.rsplit(".", 1)[-1] not in ("conf", "exclude")
    if program and "/known_hosts/" not in resource.name:
        lines.append("  (a program as it is shipped)")
    else:
        lines += [f"  | {line}" for line in str(text).splitlines()]
    return "\n".join(lines) + "\n"


def test_the_example_studio_word_by_word() -> None:
    """Where this differs on purpose: python -m tests.test_compile writes it anew, and git shows what changed."""
    assert listing(compile_studio(example())) == (GOLDEN / "example.txt").read_text(encoding="utf-8")


def test_every_need_is_there_or_on_a_system_that_has_it() -> None:
    resources = compile_studio(example()).resources
    for resource in resources.values():
        assert resource.needs() <= resources.keys(), resource.address


def test_programs_are_what_is_shipped_under_an_owner_mark() -> None:
    found = compile_studio(example()).resources["nas/linux/file//etc/studio-backup/northlight/job"]
    assert isinstance(found, File)
    first, mark, _, rest = found.text.split("\n", 3)
    assert first == "#!/bin/sh"
    assert mark.startswith("# Written by studio-backup for studio northlight: nas/linux/file/")
    assert f"{first}\n{rest}" == shipped("job.sh")
    assert found.mode == "0755"


def test_a_copy_on_its_own_machine_needs_no_key_and_no_gate() -> None:
    ws = machine(
        "ws",
        system("linux", "10.0.0.1", "a"),
        f"{volume('work', 'work', 1, '/srv/work')}, {volume('spare', 'spare', 3, '/srv/spare')}",
    )
    studio = studio_of(ws, '        here: {to: "ws:spare/songs", every: day at 02:30, keep: {daily: 30}}\n')
    (route,) = routes(studio)
    kinds = {resource.kind for resource in compile_studio(studio).resources.values()}
    assert route.local
    assert kinds == {"volume", "sentinel", "directory", "file", "systemd-unit"}
    conf = job(route)
    assert "source_path='/srv/work'\n" in conf
    assert "sources=''\n" in conf
    assert "kind='local'\n" in conf


def test_a_machine_with_two_systems_is_read_through_whichever_answers() -> None:
    two = f"{system('studio-os', '10.0.0.1', 'a')}, {system('edit-os', '10.0.0.1', 'c')}"
    ws = machine("ws", two, volume("work", "work", 1, "/srv/work"), more="    exclusive: true\n")
    studio = studio_of(ws + NAS, TO_NAS)
    (route,) = routes(studio)
    assert [reader.system.name for reader in route.readers] == ["studio-os", "edit-os"]
    resources = compile_studio(studio).resources
    blocks = [one for one in resources.values() if isinstance(one, Block)]
    assert {one.system for one in blocks} == {"ws/studio-os", "ws/edit-os"}
    pins = next(one.text for one in resources.values() if isinstance(one, File) and "/known_hosts/" in one.name)
    assert [line.split()[0] for line in pins.splitlines() if not line.startswith("#")] == [
        "studio-backup-ws-studio-os",
        "studio-backup-ws-edit-os",
    ]
    assert job(route).split("sources=")[1].split("'")[1].count("\n") == 1


def test_a_key_reaches_nothing_but_the_gate() -> None:
    for resource in compile_studio(example()).resources.values():
        if isinstance(resource, Block):
            assert isinstance(resource.lines, Derived)
            first, key, _ = resource.lines.parts
            assert str(first).startswith('restrict,command="/etc/studio-backup/northlight/gate ')
            assert isinstance(key, After)
            assert f"/{SshKey.kind}/" in key.address


def test_two_studios_on_one_machine_share_no_name_but_the_folders_above_theirs() -> None:
    studio = studio_of(WS + NAS, TO_NAS)
    other = Studio(**{**vars(studio), "name": "southlight"})
    mine, theirs = compile_studio(studio).resources, compile_studio(other).resources
    shared = {
        address
        for address in mine.keys() & theirs.keys()
        if not address.split("/", 2)[2].startswith(("volume/", "sentinel/", "directory//srv/"))
    }
    assert {address.split("/", 3)[3] for address in shared} == {"/etc/studio-backup", "/var/lib/studio-backup"}
    assert all(mine[address] == theirs[address] for address in shared)
    users = [{one.name for one in found.values() if one.kind == "receiver"} for found in (mine, theirs)]
    assert not users[0] & users[1]


def sourced(shell: str, conf: str, names: list[str]) -> list[str]:
    """The values that a shell sees after reading a configuration, byte for byte."""
    script = f"set -u\n{conf}" + "".join(f"printf '%s\\0' \"${name}\"\n" for name in names)
    done = subprocess.run(
        [*SHELLS[shell], "-s"], input=script.encode("utf-8", "surrogateescape"), capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0") | st.just("\udcff")), min_size=1, max_size=20
    )
)
def test_any_value_comes_back_byte_for_byte(values: list[str]) -> None:
    names = [f"value_{number}" for number in range(len(values))]
    conf = assignments(dict(zip(names, values, strict=True)))
    for shell in SHELLS:
        assert sourced(shell, conf, names) == values, shell


def test_numbers_and_what_is_not_set() -> None:
    assert assignments({"a": 5, "b": None, "c": 0, "d": ""}) == "a='5'\nb=''\nc='0'\nd=''\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_hostile_paths_reach_job_and_gate_byte_for_byte(shell: str, tmp_path: Path) -> None:
    quoted = HOSTILE.replace('"', '\\"').replace("\\ ", "\\\\ ")
    ws = machine("ws", system("linux", "10.0.0.1", "a"), volume("work", "work", 1, f'"/srv/{quoted}"'))
    copies = f'        on-nas: {{to: "nas:tank/{quoted}", every: hour, keep: {{daily: 30}}}}\n'
    studio = studio_of(ws + NAS, copies, f'{{volume: work, path: "in/{quoted}"}}')
    (route,) = routes(studio)
    assert sourced(shell, job(route), ["target", "target_root"]) == [f"/srv/tank/{HOSTILE}", "/srv/tank"]
    root = f"/srv/{HOSTILE}"
    assert sourced(shell, gate(route, route.readers[0]), ["path", "root"]) == [f"{root}/in/{HOSTILE}", root]
    assert not list(tmp_path.iterdir())


def test_systemd_reads_hostile_paths_as_they_are(tmp_path: Path) -> None:
    quoted = '100% it\'s a \\"mess\\"'
    ws = machine("ws", system("linux", "10.0.0.1", "a"), volume("work", "work", 1, "/srv/work"))
    nas = machine("nas", system("linux", "10.0.0.2", "b"), volume("tank", "work", 2, f'"/srv/{quoted}"'), "nas")
    units = [
        one for one in compile_studio(studio_of(ws + nas, TO_NAS)).resources.values() if isinstance(one, SystemdUnit)
    ]
    service = next(one for one in units if one.name.endswith(".service"))
    line = next(line for line in service.text.splitlines() if line.startswith("ReadWritePaths="))
    assert line == 'ReadWritePaths="-/srv/100%% it\'s a \\"mess\\"" "-/var/lib/studio-backup"'
    for unit in units:
        (tmp_path / unit.name).write_text(unit.text.replace("/etc/studio-backup/northlight/job", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("root", "path", "whole"), [("/srv", "", "/srv"), ("/srv/", "a", "/srv/a"), ("/", "", "/"), ("/", "a", "/a")]
)
def test_paths_are_joined(root: str, path: str, whole: str) -> None:
    assert join(root, path) == whole


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "example.txt").write_text(listing(compile_studio(example())), encoding="utf-8")
