"""What Windows was recorded to say of storage and shadow copies: a value, or unread; never taken for health.

`[REAL]` looks like a genuine capture, `[DOC]` is from Microsoft's pages, `[FIX]` from somebody's tests. The tables for
people are what these kinds must never take for an answer: they are localised, and wrapped at the width of a window.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio_backup.discover.windows_reading import parse_windows
from studio_backup.probe import Reply
from studio_backup.resource import Resource, Unparsable
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.resources.space_state import disk_fault, pool_state, read_only, space_state
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.source import Place
from tests.resources.cases import FOLDER, Case

PLACE = Place("studio.yml", 1, 1)
NAMED: dict[str, Any] = {"system": "ws-a/windows", "place": PLACE}
KINDS: tuple[Resource, ...] = (
    WindowsVolume(name="E:\\", id="66d55a38-0000-4000-8000-000000000001", **NAMED),
    WindowsSentinel(name="E:\\", text="x", **NAMED),
    WindowsDisk(name="bay1", device="serial:WD-WXJ2A31DDK24", **NAMED),
    StorageSpace(name="tank", level="mirror", members=("a",), devices={"a": "serial:WD-WXJ2A31DDK24"}, **NAMED),
    ShadowCopies(name="work", id="93e4830a-3122-41fd-acfa-b6c2e7f186ec", path="C:\\", maximum="10%", **NAMED),
)
TABLES = {
    "Get-PhysicalDisk [REAL]": """\
Number FriendlyName              SerialNumber         MediaType CanPool OperationalStatus
------ ------------              ------------         --------- ------- -----------------
3      Samsung SSD 980 PRO 500GB 0025_38BC_0151_74DB. SSD       True    OK
4      ASMT USB3.0               100000000000         HDD       False   OK
0      WDC WD20EFAX-68B2RN1      WD-WXJ2A31DDK24      HDD       False   OK""",
    "Get-Disk [REAL]": """\
Number Friendly Name                 Serial Number       HealthStatus         OperationalStatus
------ -------------                 -------------       ------------         -----------------
2      Samsung SSD 750 EVO 120GB     S3HZNB0HC66607Z     Healthy              Online""",
    "Get-VirtualDisk [REAL]": """FriendlyName ResiliencySettingName FaultDomainRedundancy OperationalStatus HealthStatus
------------ --------------------- --------------------- ----------------- ------------
Mirror II    Mirror                1                     OK                Healthy""",
    "Get-VirtualDisk degraded [DOC]": """FriendlyName HealthStatus OperationalStatus      DetachedReason
------------ ------------ -----------------      --------------
Volume1      Unknown      Detached               By Policy
Volume2      Warning      {Degraded, Incomplete} None""",
    "Get-StoragePool [DOC]": """FriendlyName                OperationalStatus HealthStatus IsPrimordial IsReadOnly
------------                ----------------- ------------ ------------ ----------
S2D on StorageSpacesDirect1 Read-only         Unknown      False        True""",
    "Get-StorageJob [DOC]": """Name                  ElapsedTime           JobState              PercentComplete
----                  -----------           --------              ---------------
Regeneration          00:00:00              Running               50""",
    "Get-Volume [DOC]": """DriveLetter FriendlyName             FileSystemType DriveType HealthStatus OperationalStatus
----------- ------------             -------------- --------- ------------ -----------------
            System Reserved          NTFS           Fixed     Healthy      OK""",
    "fsutil dirty query [REAL]": "Volume - D: is NOT Dirty",
    "manage-bde -status [REAL]": """BitLocker Drive Encryption: Configuration Tool version 10.0.22000
Copyright (C) 2013 Microsoft Corporation. All rights reserved.

Volume C: [OS]
    Size:                 930.77 GB
    Conversion Status:    Fully Decrypted
    Lock Status:          Unlocked""",
    "wmic shadowcopy call create [REAL]": """Executing (Win32_ShadowCopy)->create()
Method execution successful.
Out Parameters:
instance of __PARAMETERS
{
        ReturnValue = 0;
        ShadowID = "{7C036CC7-93E5-4FCD-AF60-7B6962DD711F}";
};""",
    "vssadmin list shadows [REAL]": """vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool

Contents of shadow copy set ID: {cdf70d69-615e-4c56-9359-c9ca584f0d3e}
   Contained 1 shadow copies at creation time: 25-08-2022 12:16:16
      Shadow Copy ID: {7c036cc7-93e5-4fcd-af60-7b6962dd711f}
         Original Volume: (C:)\\\\?\\Volume{93e4830a-3122-41fd-acfa-b6c2e7f186ec}\\""",
    "vssadmin list shadows, none": "No items found that satisfy the query.",
    "vssadmin list shadowstorage [REAL]": """Shadow Copy Storage association
   For volume: (C:)\\\\?\\Volume{986da89b-2336-4410-9417-d5dbf1f5f3e5}\\
   Shadow Copy Storage volume: (C:)\\\\?\\Volume{986da89b-2336-4410-9417-d5dbf1f5f3
e5}\\
   Used Shadow Copy Storage space: 2.06 GB (1%)
   Maximum Shadow Copy Storage space: 11.8 GB (8%)""",
    "vssadmin resize [REAL]": "Successfully resized the shadow copy storage association",
    "vssadmin without rights [REAL]": "Error: You don't have the correct permissions to run this command.",
    "vssadmin create on a client": "Error: Invalid command.",
    "vssadmin in Chinese": "已用卷影副本存储空间: 2.06 GB (1%)",
    "nothing at all": "",
    "a list in place of one object": "[]",
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("said", TABLES)
def test_a_table_for_people_is_unread(kind: Resource, said: str) -> None:
    with pytest.raises(Unparsable):
        kind.parse(Reply(0, TABLES[said], ""))
    with pytest.raises(Unparsable):
        kind.parse(Reply(0, json.dumps({"said": TABLES[said]}), ""))


#: Properties of MSFT_Disk on a Windows Server 2022 [REAL], as its program makes them plain.
SERVER = [
    {"Number": 2, "SerialNumber": "vol05e7_00000001.", "PartitionStyle": 0, "Size": 10737418240, "IsBoot": False,
     "UniqueId": "vol05e70001Amazon Elastic Block Store              1D0F"},
    {"Number": 0, "SerialNumber": "vol0284_00000001.", "PartitionStyle": 1, "Size": 64424509440, "IsBoot": True,
     "UniqueId": "vol02840001Amazon Elastic Block Store              1D0F"},
]  # fmt: skip


def test_the_disks_of_a_real_server_are_read_in_any_order_and_named_by_serial() -> None:
    told = json.loads(Case(FOLDER / "storage-space" / "absent-no-other-disk").reply().out)
    told |= {"PhysicalDisks": [], "PoolDisks": [], "Volumes": [], "Partitions": []}
    told["Disks"] = [
        {"Object": str(one["Number"]), "UniqueId": str(one["UniqueId"]).strip(), "Serial": one["SerialNumber"],
         "Name": "NVMe Amazon Elastic B", "Number": str(one["Number"]), "Size": str(one["Size"]), "Bus": "17",
         "Style": str(one["PartitionStyle"]), "Boot": str(one["IsBoot"]), "System": str(one["IsBoot"]),
         "Offline": "False", "ReadOnly": "False"} for one in SERVER
    ]  # fmt: skip
    found = parse_windows(Reply(0, json.dumps(told), ""))
    assert [(one.kernel, one.word, one.by_id, one.medium, one.bytes) for one in found.drives] == [
        ("2", "serial", "vol05e7_00000001.", "nvme", 10737418240),
        ("0", "serial", "vol0284_00000001.", "nvme", 64424509440),
    ]
    assert found.notes == ["disk 2: no partition that Windows knows, which does not mean empty"]


def test_a_real_pool_and_the_states_of_the_documentation() -> None:
    """Raw pool [REAL]: HealthStatus 0, OperationalStatus {2}, ReadOnlyReason 1."""
    assert (pool_state(0, [2]), read_only("False", 1)) == ("healthy", "no")
    assert space_state(0, [2], 1) == "healthy"
    assert space_state(5, [0xD002], 2) == "detached by policy"
    assert space_state(1, [3, 0xD003], 1) == (
        "degraded: missing disks lack what was written since; incomplete: missing disks still hold what is current"
    )
    assert space_state(1, [11], 1) == "repairing"
    assert disk_fault(0, [2], 1) == ""
    assert disk_fault(1, [13], 1) == "has lost communication"
    assert disk_fault(1, [5], 1) == "predicts its failure"


@pytest.mark.parametrize("health", [0, 1, 2, 5, 7])
@pytest.mark.parametrize("status", [[0], [2], [3], [6], [11], [13], [0xD002], [0xD003], [0xD010], [40000], []])
def test_no_number_but_the_known_good_ones_is_health(health: int, status: list[int]) -> None:
    good = health == 0 and status == [2]
    assert (space_state(health, status, None) == "healthy") is good
    assert (pool_state(health, status) == "healthy") is good
    assert (disk_fault(health, status, 1) == "") is good


#: Win32_EncryptableVolume [FIX]: 1 is protected, 2 is unknown, which is what a locked one says.
@pytest.mark.parametrize(("protection", "locked"), [("0", "no, and it has no file system"), ("2", "yes")])
def test_what_bitlocker_says_of_a_volume_without_a_file_system(protection: str, locked: str) -> None:
    told = json.loads(Case(FOLDER / "windows-volume" / "locked").reply().out)
    told["BitLocker"]["Volumes"][0]["Protection"] = protection
    seen = KINDS[0].parse(Reply(0, json.dumps(told), ""))
    assert isinstance(seen, WindowsVolume)
    assert seen.locked == locked
