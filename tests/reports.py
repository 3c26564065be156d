"""A report in which everything occurs: every class and state, all verdicts, each kind of waiver, an earlier report."""

from __future__ import annotations

import dataclasses

from studio_backup.compile import routes
from studio_backup.diff import Absent, Asleep, Change, FieldDiff, Present, Unread, compare
from studio_backup.manifest import Entry
from studio_backup.plan import Plan
from studio_backup.policy import Sight, holdings_of, judge_live, matrix_of
from studio_backup.policy.due import Due
from studio_backup.report.compliance import Report, systems_of
from studio_backup.report.waived import differences_of, waived_of
from studio_backup.resources.file import File
from studio_backup.resources.volume import Volume
from studio_backup.source import Place
from studio_backup.spec.model import Machine, Studio, Waiver
from studio_backup.spec.retention import Retention
from studio_backup.status import Standing
from studio_backup.survey import Answered, Silent, Survey
from tests.studios import NAS, VAULT, WORKSTATION, copy, machine, studio

PLACE = Place("playbooks/three-two-one.yml", 14, 9)
#: 2026-11-22 04:08:57 UTC.
NOW = 1_795_320_537
DAY = 86400
JOB = "/etc/studio-backup/northlight/job"
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
AWAY = copy("off-site", "vault:cold", source="on-nas", keep=Retention(daily=30, monthly=12))
#: What a machine could say to reach a terminal, a page, or another format's own language.
HOSTILE = (
    "\x1b]0;owned\x07\u202e\udcff\n\r\t\0</script><script>alert(1)</script>"
    "'\"><img src=http://192.0.2.1/x onerror=alert(1)>"
    ']]>&amp;&#x41;\\"}} 1\n# TYPE x counter\nx{y="{{ 7*7 }}{% raw %}\\'
)


def waiver(name: str, *addresses: str, expires: str = "2027-06-30", says: str = "the new disk is ordered") -> Waiver:
    return Waiver(name=name, addresses=addresses, owner="Ada", reason=says, expires=expires, place=PLACE)


def a_studio() -> Studio:
    """A workstation with two systems, a NAS, an off-site box, one more that is silent, three datasets."""
    two = dataclasses.replace(WORKSTATION.systems["linux"], name="edit-os")
    workstation = dataclasses.replace(WORKSTATION, exclusive=True, systems={**WORKSTATION.systems, "edit-os": two})
    silent: Machine = machine("mac-b", {"disk": "ssd"}, role="workstation", room="b")
    made = studio([workstation, NAS, VAULT, silent], [NIGHTLY, AWAY])
    sessions = made.datasets["ws/sessions"]
    poor = dataclasses.replace(sessions, name="mixes", copies={})
    unseen = dataclasses.replace(sessions, name="library")
    return dataclasses.replace(
        made,
        name="northlight",
        datasets={one.full_name: one for one in (sessions, poor, unseen)},
        waivers=(
            waiver("old-disk", "nas/linux/volume/*"),
            waiver("forgotten", "nas/linux/file/*", expires="2026-11-21"),
            waiver("typo", "nas/linx/volume//srv/tank"),
            waiver("later", "vault/linux/*"),
        ),
    )


def a_file(name: str, text: str = "new\n", system: str = "nas/linux") -> File:
    return File(system=system, name=name, place=PLACE, text=text)


def changes(said: str = "") -> tuple[Change, ...]:
    """One of every class; `said` stands wherever a machine's words can."""
    timer = a_file(f"{JOB}{said}", "OnCalendar=hourly\n")
    seen = dataclasses.replace(timer, text=f"OnCalendar=weekly\n{said}\n")
    entry = Entry("northlight", timer.address, "x.yml", timer.digest())
    volume = Volume(system="nas/linux", name="/srv/tank", place=PLACE, id="7a4b0001")
    gone = a_file(f"{JOB}-old{said}")
    field = FieldDiff(f"text{said}", "managed", f"before{said}", f"after{said}")
    silent = Unread(f"no answer in 30 s{said}", f"wake it{said}")
    drifted = compare(timer, Present(seen), entry, "", {})
    return (
        dataclasses.replace(drifted, fields=(*drifted.fields, field)),
        compare(a_file(f"{JOB}-new{said}"), Absent(), None, "", {}),
        compare(a_file("/etc/other"), Present(a_file("/etc/other", f"theirs{said}\n")), None, "", {}),
        compare(volume, Present(dataclasses.replace(volume, id=f"not mounted{said}")), None, "", {}),
        Change(address=gone.address, verb="remove", want=None, seen=Present(gone), named=gone, reason=f"gone{said}"),
        *(compare(a_file(f"{JOB}/{n}", system="mac-b/linux"), silent, None, "", {}) for n in range(3)),
        compare(a_file(JOB, system="ws/edit-os"), Asleep(NOW - DAY), None, "", {}),
        compare(a_file(JOB, system="vault/linux"), Present(a_file(JOB, system="vault/linux")), Entry(
            "northlight", a_file(JOB, system="vault/linux").address, "x.yml", ""), "", {}),
    )  # fmt: skip


def a_report(said: str = "", covers: str = "", of: Studio | None = None) -> Report:
    """What a run at NOW would gather; `said` stands wherever a machine's words can."""
    made = of or a_studio()
    found = changes(said)
    plan = Plan("northlight", found, {change.address: 1 for change in found})
    survey = Survey(
        {"nas/linux": Answered({}), "vault/linux": Answered({}), "ws/linux": Answered({}),
         "ws/edit-os": Asleep(NOW - DAY), "mac-b/linux": Silent(f"no answer in 30 s{said}", "", f"wake it{said}")}
    )  # fmt: skip
    ways = routes(made, unread=True)
    copies = [
        Standing(way, None, None, ("2026-11-22T04-00-00Z",), said and f"unknown{said}")
        if way.dataset.name == "sessions"
        else Standing(way, None, None, (), f"no answer{said}")
        for way in ways
    ]
    sights = {"ws/sessions": {"on-nas": Sight(True, "fresh"), "off-site": Sight(True, "fresh")}}
    differences = tuple(
        dataclasses.replace(one, since=NOW - 3 * DAY) for one in differences_of(plan, made.waivers, NOW)
    )
    report = Report(
        studio=made.name,
        at=NOW,
        covers=covers,
        plan=plan,
        differences=differences,
        systems=systems_of(made, survey, {"ws/edit-os": (NOW - DAY, True), "mac-b/linux": (NOW - 9 * DAY, False)}, NOW),
        waived=waived_of(made.waivers, differences, [change.address for change in found], NOW, not covers),
        verdicts=tuple(judge_live(made, one, sights.get(one.full_name, {})) for one in made.datasets.values()),
        copies=tuple(copies),
        matrices=tuple(matrix_of(one, holdings_of(made, one), 7 * DAY) for one in made.datasets.values()),
        noticed_after=7 * DAY,
        due=(
            Due(subject=f"drive:shuttle{said}", what="spin-up", when=NOW - DAY, note=f"plug it in{said}", fix="attest"),
            Due(subject="disk:nas/bay1", what="age", when=NOW + 90 * DAY, note="buy the next one", fix="replace it"),
            Due(subject="dataset:ws/sessions", what="drill", when=None, note="restore it", fix="studio-backup restore"),
        ),
        history=(),
    )
    earlier = [(NOW - n * DAY, {"ok": 40, "FAIL": n % 3, "UNKNOWN": n % 2, "drifted": n % 5}) for n in range(20, 0, -1)]
    return dataclasses.replace(report, history=(*earlier, (NOW, report.counts())))
