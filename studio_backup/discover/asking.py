"""The one question to an unknown machine; of Linux: disks, arrays, mounts and backup jobs, by what the kernel shows."""

from __future__ import annotations

from studio_backup.discover.mac_asking import SCRIPT as MAC_SCRIPT
from studio_backup.probe import Probe
from studio_backup.programs import shipped

#: Words that a backup job of any make carries. What they are said by is shown, never changed.
JOBS = (
    "rsync|restic|borg|rsnapshot|rclone|duplicity|duplicati|rdiff|btrbk|syncoid|sanoid|zfs send|btrfs send|kopia|backup"
)

#: Lines `WORD<TAB>…`. No device is opened but for the ids of mounted file systems: a disk that sleeps stays asleep.
_SCRIPT = (
    shipped("volume.sh")
    + rf"""
set +eu
say() {{ printf '%s\t%s\n' "$1" "$2"; }}
name=; [ ! -r /etc/os-release ] || name=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release | tr -d '"')
say system "$name"; say host "$(uname -n)"
for block in /sys/class/block/*; do
  kernel=${{block##*/}}
  case $kernel in ram* | zram* | sr* | fd*) continue ;; esac
  real=$(readlink -f "$block"); parent=${{real%/*}}; parent=${{parent##*/}}; below=
  if [ -e "$block/partition" ]; then below=$parent; fi
  for slave in "$block"/slaves/*; do if [ -e "$slave" ]; then below="$below ${{slave##*/}}"; fi; done
  rotates=; [ ! -r "$block/queue/rotational" ] || read -r rotates <"$block/queue/rotational"
  blocks=; [ ! -r "$block/size" ] || read -r blocks <"$block/size"
  model=; [ ! -r "$block/device/model" ] || read -r model <"$block/device/model"
  printf 'block\t%s\t%s\t%s\t%s\t%s\n' "$kernel" "${{below# }}" "$rotates" "$blocks" "$model"
  if [ -r "$block/md/level" ]; then
    read -r level <"$block/md/level"; id=
    [ ! -r "$block/md/uuid" ] || read -r id <"$block/md/uuid"
    [ -n "$id" ] || id=$(mdadm --detail "/dev/$kernel" 2>/dev/null | sed -n 's/^ *UUID : *//p')
    printf 'md\t%s\t%s\t%s\n' "$kernel" "$level" "$id"
  fi
done
for link in /dev/disk/by-id/*; do
  if [ -e "$link" ]; then target=$(readlink -f "$link"); printf 'id\t%s\t%s\n' "${{target##*/}}" "${{link##*/}}"; fi
done
for pool in /sys/fs/btrfs/*-*-*; do
  for device in "$pool"/devices/*; do
    if [ -e "$device" ]; then
      level=; for level in "$pool"/allocation/data/*/; do level=${{level%/}}; done
      printf 'btrfs\t%s\t%s\t%s\n' "${{pool##*/}}" "${{device##*/}}" "${{level##*/}}"
    fi
  done
done
while read -r _ _ _ root point rest; do
  rest=${{rest#*- }}; kind=${{rest%% *}}; rest=${{rest#* }}; device=${{rest%% *}}
  case $kind in ext2 | ext3 | ext4 | xfs | btrfs | f2fs | exfat | vfat | ntfs3 | zfs) ;; *) continue ;; esac
  mounted_id=
  case $point in *\\*) continue ;; esac
  if [ "$kind" != zfs ] && find_mount "$point"; then mounted_id_is "$point" none; fi
  case $device in /dev/*) device=$(readlink -f "$device") ;; esac
  printf 'mount\t%s\t%s\t%s\t%s\t%s\n' "$kind" "${{device#/dev/}}" "$root" "$mounted_id" "$point"
done <"$mount_table"
for file in /etc/crontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* \
  /var/spool/cron/crontabs/* /var/spool/cron/*; do
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then continue; fi
  grep -nEi '{JOBS}' "$file" | grep -vE '^[0-9]+:[[:space:]]*#' | while IFS= read -r line; do
    printf 'job\t%s:%s\n' "$file" "$line"
  done
done
if command -v systemctl >/dev/null 2>&1; then
  systemctl list-unit-files --type=timer --no-legend --no-pager 2>/dev/null | while read -r unit state _; do
    command=$(systemctl cat "${{unit%.timer}}.service" 2>/dev/null | grep -E '^ExecStart' | head -n 1)
    if printf '%s %s' "$unit" "$command" | grep -qEi '{JOBS}'; then
      printf 'job\t%s (%s): %s\n' "$unit" "$state" "${{command#ExecStart=}}"
    fi
  done
fi
for file in /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/borgmatic/*.yaml \
  /root/.config/borgmatic/config.yaml /etc/rsnapshot.conf /etc/btrbk/btrbk.conf /etc/btrbk.conf /etc/restic/* \
  /etc/sanoid/sanoid.conf /etc/rclone.conf; do
  if [ -f "$file" ]; then printf 'config\t%s\n' "$file"; fi
done
printf 'complete\n'"""
)

PROBE = Probe(script=f"if [ -d /System/Library ]; then\n{MAC_SCRIPT}\nelse\n{_SCRIPT}\nfi", touches=True)
