"""Every kind of resource there is."""

from __future__ import annotations

from studio_backup.resource import Resource
from studio_backup.resources.apple_raid import AppleRaid
from studio_backup.resources.avahi_service import AvahiService
from studio_backup.resources.block import Block
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.btrfs_subvolume import BtrfsSubvolume
from studio_backup.resources.directory import Directory
from studio_backup.resources.disk import Disk
from studio_backup.resources.fast_startup import FastStartup
from studio_backup.resources.file import File
from studio_backup.resources.filesystem import Filesystem
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.launchd_job import LaunchdJob
from studio_backup.resources.mac_access import FullDiskAccess
from studio_backup.resources.mac_backblaze import MacBackblaze
from studio_backup.resources.mac_power import Power
from studio_backup.resources.mac_snapshots import ApfsSnapshots
from studio_backup.resources.mac_spotlight import Spotlight
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.mdadm_conf import MdadmConf
from studio_backup.resources.mount import Mount
from studio_backup.resources.openssh_server import OpensshServer
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.rsync_program import RsyncProgram
from studio_backup.resources.samba_server import SambaServer
from studio_backup.resources.samba_share import SambaShare
from studio_backup.resources.samba_user import SambaUser
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.resources.share_credential import ShareCredential
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.resources.ssh_key import SshKey
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.time_machine import TimeMachine
from studio_backup.resources.volume import Volume
from studio_backup.resources.windows_backblaze import WindowsBackblaze
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.resources.zfs_dataset import ZfsDataset
from studio_backup.resources.zfs_pool import ZfsPool

#: By name; a new kind is added here and nowhere else.
KINDS: dict[str, type[Resource]] = {
    kind.kind: kind
    for kind in (
        *(Disk, MdArray, Volume, Sentinel, Directory, Receiver),
        *(SshKey, File, Block, SystemdUnit, LaunchdJob, Filesystem, Mount, MdadmConf, SnapshotSchedule),
        *(BtrfsFilesystem, BtrfsSubvolume),
        RsyncProgram,
        *(ZfsPool, ZfsDataset),
        *(FullDiskAccess, TimeMachine, ApfsSnapshots, AppleRaid, Power, Spotlight),
        *(FastStartup, OpensshServer),
        *(WindowsVolume, WindowsSentinel, WindowsDisk, StorageSpace, ShadowCopies),
        *(MacBackblaze, WindowsBackblaze),
        *(SambaServer, SambaUser, SambaShare, AvahiService),
        *(FolderAcl, WindowsFile, ScheduledTask, ShareCredential),
    )
}
