"""Datasets beyond their golden cases: which commands a difference leads to, and what is checked before them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from studio_backup.diff import Present
from studio_backup.resource import Unparsable
from studio_backup.resources.zfs_dataset import ZfsDataset
from studio_backup.step import Risk, Step
from tests.resources.cases import FOLDER, Case


def case(name: str) -> Case:
    return Case(FOLDER / "zfs-dataset" / name)


def wanted(name: str) -> ZfsDataset:
    want = case(name).want()
    assert isinstance(want, ZfsDataset)
    return want


def steps(name: str) -> tuple[Step, ...]:
    seen, change = case(name).seen(), case(name).change()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, ZfsDataset)
    return wanted(name).update(seen.value, frozenset(field.name for field in change.fields))


def test_it_is_made_in_one_call_with_all_that_it_shall_have() -> None:
    want = replace(wanted("absent"), compression="zstd-3", quota="2T", encryption="aes-256-gcm", keyformat="raw")
    (step,) = replace(want, keylocation="file:///root/keys/one", mountpoint="/srv/it's").create()
    assert step.script == (
        "zfs create -o 'mountpoint=/srv/it'\"'\"'s' -o studio-backup:id=5e551001-0000-4000-8000-000000000a01"
        " -o encryption=aes-256-gcm -o keyformat=raw -o keylocation=file:///root/keys/one"
        " -o compression=zstd-3 -o quota=2T tank/projects </dev/null"
    )
    assert (step.risk, step.names) == (Risk.SAFE, ())
    assert 'find_mount "$1"' in step.guard


def test_it_is_made_in_the_pool_that_was_read_and_in_none_of_its_name(tmp_path: Path) -> None:
    (step,) = replace(wanted("absent"), pool="42").create()
    tool = tmp_path / "zpool"
    for guid, code in (("42", 0), ("43", 1)):
        tool.write_text(f"#!/bin/sh\necho {guid}\n")
        tool.chmod(0o755)
        script = f"PATH={tmp_path}:$PATH\n( set -eu\n{step.guard}\n)\nexit $?\n"
        done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, "the pool tank is not the one" in done.stdout) == (code, code == 1), done.stderr


def test_what_sleeps_is_not_asked_which_pool_it_carries() -> None:
    reply = case("absent").reply()
    dark = replace(reply, out=reply.out.replace("absent\n", "absent\nunread\tata-1 sleeps\n"))
    with pytest.raises(Unparsable, match="ata-1 sleeps"):
        wanted("absent").parse(dark)


def test_properties_are_set_one_by_one_on_the_dataset_that_was_read() -> None:
    (step,) = steps("properties-differ")
    assert step.script.splitlines() == [
        f"zfs set {name} tank/projects"
        for name in ("compression=zstd-3", "atime=off", "recordsize=1M", "quota=100M", "reservation=10M", "xattr=dir",
                     "acltype=posix")
    ]  # fmt: skip
    assert "zfs get -H -o value guid tank/projects" in step.guard
    assert "the dataset is not the one that was read" in step.guard


@pytest.mark.parametrize(
    ("name", "titles", "risk"),
    [
        ("not-mounted", ["mount tank/projects at /srv/projects"], Risk.SAFE),
        ("mounted-elsewhere", ["mount tank/projects at /srv/projects"], Risk.DISRUPTS),
        ("not-by-itself", ["set canmount of tank/projects", "mount tank/projects at /srv/projects"], Risk.SAFE),
    ],
)
def test_it_is_mounted_where_it_belongs_and_over_nothing(name: str, titles: list[str], risk: Risk) -> None:
    found = steps(name)
    assert [step.title for step in found] == titles
    assert found[-1].risk is risk
    assert "an empty folder" in found[-1].guard
    assert ("zfs set mountpoint=" in found[-1].script) is (risk is Risk.DISRUPTS)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("another-is-mounted-there", {"mounted", "way"}),
        ("another-is-mounted-over-it", {"way"}),
        ("not-mounted-over-files", {"mounted", "way"}),
        ("not-mounted-and-a-file-there", {"mounted", "way"}),
        ("id-is-inherited", {"id"}),
        ("id-was-received", {"id"}),
        ("absent-and-pinned", {"id"}),
        ("not-encrypted", {"encryption", "keyformat"}),
        ("asks-for-a-passphrase", {"mounted", "key"}),
    ],
)
def test_what_only_a_human_may_mend_is_a_conflict(name: str, fields: set[str]) -> None:
    change = case(name).change()
    assert (change.verb, {field.name for field in change.fields}) == ("conflict", fields)
