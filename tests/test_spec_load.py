"""From text to the typed studio: the example, merge order, templates, several files, speed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studio_backup.source import Place
from studio_backup.spec import Loaded, load
from studio_backup.spec.files import load_paths
from studio_backup.spec.model import Brake, Studio
from studio_backup.spec.retention import Retention
from studio_backup.spec.storage import array_id, chosen_array_id

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "tests" / "spec" / "good"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHLWZYCIwrPx8sKlFmZKzmCpNN5cGEcfzOBcPXU+dfVU"


def machine(name: str, more: str = "", system: str = "", address: str = "10.0.0.1") -> str:
    return f"""
  {name}:
    role: workstation
    room: a
{more}
    systems: {{linux: {{address: {address}, user: root, host_key: "{KEY}"{system}}}}}
    disks: {{work: {{serial: S-{name}, medium: ssd}}}}
    volumes: {{work: {{on: work, filesystem: ext4, id: 5e551001-{name}, path: /srv/work/}}}}
"""


def inventory(machines: str, head: str = "", sites: str = "{studio: {rooms: {a: {}}}}") -> str:
    return f"version: 1\nstudio: northlight\nsites: {sites}\n{head}\nmachines:\n{machines}"


def loaded(text: str, playbook: str = "") -> Loaded:
    return load([("inventory.yml", text)], [("playbook.yml", playbook)] if playbook else [])


def studio_of(text: str, playbook: str = "") -> Studio:
    result = loaded(text, playbook)
    assert result.problems == ()
    assert result.studio is not None
    return result.studio


def test_example_studio_is_the_lab() -> None:
    result = load_paths([ROOT / "inventory"], [ROOT / "playbooks"])
    assert result.problems == ()
    studio = result.studio
    assert studio is not None
    assert (studio.name, studio.whole) == ("northlight", True)
    assert {system.full_name: system.address for system in studio.systems()} == {
        "ws-a/studio-os": "198.18.77.11",
        "ws-a/edit-os": "198.18.77.11",
        "ws-b/linux": "198.18.77.12",
        "nas/linux": "198.18.77.20",
        "vault/linux": "198.18.77.30",
    }
    assert studio.machines["ws-a"].exclusive
    assert studio.machines["ws-b"].systems["linux"].services == "none"
    assert studio.machines["nas"].arrays["tank"].members == ("bay1", "bay2")
    assert {system.identity for system in studio.systems()} == {"~/.cache/studio-backup/lab/key"}
    assert set(studio.datasets) == {"ws-a/sessions", "ws-b/sessions"}
    off_site = studio.datasets["ws-b/sessions"].copies["off-site"]
    assert (off_site.machine, off_site.volume, off_site.path) == ("vault", "cold", "ws-b/sessions")
    assert (off_site.source_copy, off_site.every.text, off_site.bandwidth) == (
        "on-nas",
        "day at 02:30",
        20480,
    )
    assert off_site.keep == Retention(daily=30, monthly=12, yearly=5)


def test_defaults_of_everything_left_out() -> None:
    play = """[{name: x, hosts: a, datasets: {d: {source: {volume: work},
      copies: {c: {to: "b:work/d", every: hour}}}}}]"""
    studio = studio_of(inventory(machine("a") + machine("b", address="10.0.0.2")), play)
    system, dataset = studio.machines["a"].systems["linux"], studio.datasets["a/d"]
    assert (system.os, system.port, system.become, system.identity, system.services, system.jump) == (
        "linux", 22, None, None, "systemd", (),
    )  # fmt: skip
    assert (dataset.path, dataset.exclude, dataset.policy, dataset.busy_patterns) == ("", (), "3-2-1", ())
    assert (dataset.quiet, dataset.quiet_limit) == (600, 12 * 3600)
    copy = dataset.copies["c"]
    assert (copy.mode, copy.brake, copy.floor, copy.max_age, copy.bandwidth) == (
        "versioned",
        Brake(),
        1,
        None,
        None,
    )
    assert copy.keep == Retention()
    assert studio.machines["a"].volumes["work"].paths == {"linux": "/srv/work"}
    assert studio.machines["a"].asleep_limit == 7 * 86400
    assert not studio.machines["a"].exclusive


def test_everything_written_arrives() -> None:
    head = f"""
      become: sudo, port: 2222, services: none, identity: ~/.ssh/x,
      jump: [{{address: gate, user: tech, host_key: "{KEY} gate@home", port: 2200}}]"""
    others = machine("b", address="10.0.0.2") + machine("c", address="10.0.0.3")
    text = inventory(machine("a", system="," + head) + others)
    play = """
- name: x
  hosts: a
  datasets:
    d:
      source: {volume: work, path: clients//2026/}
      exclude: [preset:reaper, preset:pro-tools, "*.reapeaks", /tmp]
      policy: 2-1-1
      quiet: 0 min
      quiet-limit: 1 hour
      busy: ["*.lock"]
      copies:
        c: {to: "b:work/x/y/", every: hour, keep: {last: 3, weekly: 4, hold: [2026-11-22T02-30-00Z]},
            mode: mirror, brake: {files: 7}, floor: 12, max-age: 2 days, bandwidth: 8 Mbit/s}
        d: {to: "c:work/z", from: c}
"""
    studio = studio_of(text, play)
    system = studio.machines["a"].systems["linux"]
    assert (system.port, system.become, system.services, system.identity) == (
        2222,
        "sudo",
        "none",
        "~/.ssh/x",
    )
    (jump,) = system.jump
    assert (jump.address, jump.user, jump.port, jump.host_key, jump.identity) == (
        "gate",
        "tech",
        2200,
        KEY,
        None,
    )
    dataset = studio.datasets["a/d"]
    assert dataset.path == "clients/2026"
    assert dataset.exclude == (
        "*.reapeaks",
        "*.reapindex",
        "WaveCache.wfm",
        "Rendered Files/",
        "*.aan",
        "/tmp",
    )
    assert dataset.busy_patterns == ("*.lock", "*.ptxlck")
    assert (dataset.policy, dataset.quiet, dataset.quiet_limit) == ("2-1-1", 0, 3600)
    copy = dataset.copies["c"]
    assert copy.keep == Retention(last=3, weekly=4, hold=("2026-11-22T02-30-00Z",))
    assert (copy.path, copy.mode, copy.brake, copy.floor) == ("x/y", "mirror", Brake(percent=20, files=7), 12)
    assert (copy.max_age, copy.bandwidth) == (172800, 977)
    assert dataset.copies["d"].every.text == "15 min"
    assert copy.place == Place("playbook.yml", 13, 9)


LAYERS = {
    "defaults": "defaults: {vars: {who: defaults, all: {a: defaults, b: defaults}, list: [1, 2]}}",
    "site": "{studio: {vars: {who: site, all: {b: site}, list: [3]}, rooms: {a: {ROOM}}}}",
    "group": "groups: {g: {members: [m], vars: {who: group, all: {c: group}}}}",
    "room": "vars: {who: room, all: {d: room}}",
    "machine": "    vars: {who: machine}",
}


@pytest.mark.parametrize("top", list(LAYERS))
def test_later_layers_win_and_maps_merge(top: str) -> None:
    """Defaults < site < group < room < machine: with the layers up to `top`, `top` wins."""
    present = list(LAYERS)[: list(LAYERS).index(top) + 1]
    room = LAYERS["room"] if "room" in present else ""
    sites = (LAYERS["site"] if "site" in present else "{studio: {rooms: {a: {ROOM}}}}").replace("ROOM", room)
    head = "\n".join([LAYERS["defaults"], LAYERS["group"] if "group" in present else ""])
    text = inventory(machine("m", LAYERS["machine"] if "machine" in present else ""), head, sites)
    variables = studio_of(text).machines["m"].variables
    assert variables["who"] == top
    everything = {"a": "defaults", "b": "site" if "site" in present else "defaults"}
    everything |= {"c": "group"} if "group" in present else {}
    everything |= {"d": "room"} if "room" in present else {}
    assert variables["all"] == everything
    assert variables["list"] == (["3"] if "site" in present else ["1", "2"])


def test_a_machines_own_system_wins_over_shared_settings() -> None:
    text = inventory(
        machine("m", "    system: {port: 1, services: none}", ", port: 2"), "defaults: {system: {port: 3}}"
    )
    system = studio_of(text).machines["m"].systems["linux"]
    assert (system.port, system.services) == (2, "none")


def test_templates_use_names_and_variables_of_each_machine() -> None:
    head = """defaults:
  asleep-limit: "{{ vars.days }} days"
  vars: {hour: day at 02:30, home: "{{ site.name }}/{{ machine.name }}"}"""
    text = inventory(
        machine("a", "    vars: {days: 3}") + machine("b", "    vars: {days: 4}", address="10.0.0.2"), head
    )
    play = """
- name: x
  hosts: role:workstation
  datasets:
    d:
      source: {volume: work, path: "{{ machine.role }}/in"}
      copies:
        c:
          to: "nas:work/{{ vars.home }}/{{ room.name }}"
          every: "{{ vars.hour }}"
          floor: "{{ vars.days }}"
"""
    nas = (
        machine("nas", address="10.0.0.9")
        .replace("workstation", "nas")
        .replace("room: a", "room: a\n    vars: {days: 5}")
    )
    studio = studio_of(text + nas, play)
    copy = studio.datasets["b/d"].copies["c"]
    assert (copy.path, copy.every.text, copy.floor) == ("studio/b/a", "day at 02:30", 4)
    assert studio.datasets["a/d"].path == "workstation/in"
    assert studio.machines["b"].asleep_limit == 4 * 86400


@pytest.mark.parametrize(
    "template",
    [
        "{{ vars }}", "{{ vars.items() }}", "{{ ''.__class__.__mro__ }}", "{{ 'x' * 10 ** 9 }}",
        "{{ range(10) }}",
        "{{ machine.__init__ }}", "{{ 'a' | center(99999999) }}", "{{ '%999999999d' % 1 }}", "{{ self }}",
        "{{ " + "(" * 400 + "1" + ")" * 400 + " }}", "{{ 1 / 0 }}", "{{ 'a'|replace('', 'b') }}", "{{ x",
        "{{ 'x'.__add__('y') }}", "{{ cycler }}", "{{ machine['__class__'] }}", "{{ 'a' is callable }}",
        "{# x #}{{ 1 }}",
    ],
)  # fmt: skip
def test_templates_only_name_values(template: str) -> None:
    result = loaded(inventory(machine("m", f"    vars: {{v: {template!r}}}")))
    assert [problem.code for problem in result.problems] in (["SB302"], ["SB303"])


def test_files_join_and_the_whole_flag_travels() -> None:
    one = ("a.yml", "version: 1\nstudio: x\nmachines:" + machine("a"))
    two = (
        "b.yml",
        "version: 1\nsites: {studio: {rooms: {a: {}}}}\nmachines:" + machine("b", address="10.0.0.2"),
    )
    studio = load([one, two], [], whole=False).studio
    assert studio is not None
    assert (list(studio.machines), studio.whole) == (["a", "b"], False)


def test_hosts_forms_select_and_a_machine_is_taken_once() -> None:
    text = inventory(machine("a") + machine("b", address="10.0.0.2"), "groups: {g: [a]}")
    for hosts, expected in [
        ("all", "ab"), ("a", "a"), ("g", "a"), ("[g, a, b]", "ab"), ("'room:a'", "ab"), ("'role:workstation'", "ab"),
        ("'site:studio'", "ab"), ("'machine:b'", "b"), ("'group:g'", "a"),
    ]:  # fmt: skip
        play = f"[{{name: x, hosts: {hosts}, datasets: {{d: {{source: {{volume: work}}}}}}}}]"
        assert list(studio_of(text, play).datasets) == [f"{name}/d" for name in expected], hosts


def test_problems_of_all_files_come_at_once_in_order() -> None:
    good = (GOOD / "inventory.yml").read_text()
    play = (GOOD / "playbook.yml").read_text()
    result = load(
        [("b.yml", good.replace("role: nas", "role: nsa")), ("a.yml", "groups: {x: [ws-z]}\nextra: 1\n")],
        [("z.yml", play.replace("every: hour", "every: houre")), ("y.yml", "- {name: [}")],
    )
    assert [(problem.place.file, problem.code) for problem in result.problems] == [
        ("a.yml", "SB304"), ("a.yml", "SB201"), ("b.yml", "SB204"), ("y.yml", "SB103"), ("z.yml", "SB208"),
    ]  # fmt: skip


def test_one_mistake_on_many_machines_is_one_problem() -> None:
    machines = "".join(machine(f"m{number}", address=f"10.0.0.{number}") for number in range(1, 9))
    play = "[{name: x, hosts: all, datasets: {d: {source: {volume: wrok}}}}]"
    (problem,) = loaded(inventory(machines), play).problems
    assert "(and 7 more like it)" in problem.message


def test_unreadable_file_does_not_make_its_machines_unknown() -> None:
    play = "[{name: x, hosts: [ws-q, 'room:q'], datasets: {d: {source: {volume: work}}}}]"
    result = load([("a.yml", inventory(machine("a"))), ("b.yml", "machines: {ws-q: [")], [("p.yml", play)])
    assert [problem.code for problem in result.problems] == ["SB103"]


def test_a_thousand_machines_load_in_time() -> None:
    """Two seconds is the budget on a slow machine; the rest is for a busy one."""
    machines = "".join(machine(f"m{n}", address=f"10.{n // 65025}.{n // 255 % 255}.{n % 255}") for n in range(1000))
    nas = machine("nas", address="10.9.9.9").replace("workstation", "nas")
    play = """[{name: x, hosts: "role:workstation", datasets: {d: {source: {volume: work},
      copies: {c: {to: "nas:work/{{ machine.name }}", every: hour}}}}}]"""
    started = time.process_time()
    assert len(studio_of(inventory(machines + nas), play).datasets) == 1000
    assert time.process_time() - started < 4


STORAGE = f"""
  nas:
    role: nas
    room: a
    vars: {{label: deep}}
    systems: {{linux: {{address: 10.0.0.9, user: root, host_key: "{KEY}"}}}}
    disks:
      bay1: {{id: ata-1, medium: hdd, enclosure: shelf-1, controller: hba-1, power: ups-left}}
      bay2: {{id: ata-2, medium: hdd}}
      bay3: {{serial: S3, medium: hdd}}
    arrays: {{tank: {{kind: md, level: raid1, members: [bay1, bay2], id: E3B50233-b4adc6c9-f4080aa6-f6ce09aa}}}}
    volumes:
      tank: {{on: tank, filesystem: ext4, path: /srv/tank}}
      cold: {{on: bay3, filesystem: xfs, id: 5e551001-0000-4000-8000-00000000000a, path: /srv/cold}}
"""
KEPT = """
- name: joined and mounted
  hosts: all
  disk: {bay3: {smart: no}}
  md-array: {tank: {chunk: 512K}}
  filesystem: {tank: {label: "{{ vars.label }}-1"}, cold: {}}
  mount: {tank: {options: [noatime, "{{ vars.label }}"]}}
"""


def test_what_plays_keep_of_storage_arrives_filled_in() -> None:
    studio = studio_of(inventory(STORAGE), KEPT)
    assert [(one.machine, one.kind, one.name, dict(one.options)) for one in studio.managed] == [
        ("nas", "disk", "bay3", {"smart": "no"}),
        ("nas", "md-array", "tank", {"chunk": "512K"}),
        ("nas", "filesystem", "tank", {"label": "deep-1"}),
        ("nas", "filesystem", "cold", {}),
        ("nas", "mount", "tank", {"options": ("noatime", "deep")}),
    ]
    assert studio.managed[0].place == Place("playbook.yml", 4, 10)
    nas = studio.machines["nas"]
    assert nas.arrays["tank"].id == "e3b50233:b4adc6c9:f4080aa6:f6ce09aa"
    assert [(disk.enclosure, disk.controller, disk.power) for disk in nas.disks.values()] == [
        ("shelf-1", "hba-1", "ups-left"),
        (None, None, None),
        (None, None, None),
    ]


def test_a_file_system_that_is_kept_has_an_id_that_never_changes() -> None:
    """Written out, since disks out there carry it: another value here would make them look foreign."""
    volumes = studio_of(inventory(STORAGE), KEPT).machines["nas"].volumes
    assert volumes["tank"].ids == {"linux": "145945e8-af0b-576c-bb1e-7b88667b7a85"}
    assert volumes["cold"].ids == {"linux": "5e551001-0000-4000-8000-00000000000a"}
    only_mounted = "[{name: x, hosts: nas, filesystem: {cold: {}}, mount: {cold: {}}}]"
    assert studio_of(inventory(STORAGE), only_mounted).machines["nas"].volumes["tank"].ids == {}
    assert chosen_array_id("northlight", "nas", "tank") != array_id(volumes["tank"].ids["linux"])


def test_a_job_still_asks_for_the_id_of_a_volume_whose_file_system_nobody_keeps() -> None:
    play = """
- {name: x, hosts: nas, md-array: {tank: {}}, KEPT}
- {name: y, hosts: a, datasets: {d: {source: {volume: work}, copies: {c: {to: "nas:tank/d", every: hour}}}}}
"""
    text = inventory(machine("a") + STORAGE)
    assert [problem.code for problem in loaded(text, play.replace(", KEPT", "")).problems] == ["SB409"]
    assert loaded(text, play.replace("KEPT", "filesystem: {tank: {}}")).problems == ()
