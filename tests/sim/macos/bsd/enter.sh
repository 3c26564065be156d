# Makes the namespace of a stand-in: TESTS STATE SHELL PYTHON. A root of its own over that of this machine, without
# what no Mac has, and with what every Mac has. Says `ready`, and holds it until its standard input ends.
set -eu
tests=$1 state=$2 shell=$3 python=$4
place=/run/studio-backup-mac
mkdir -p "$place"
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" overlay "$place/root"
root=$place/root
own=$root/opt/standin
mkdir -p "$own/gnu" "$own/proc" "$own/state" "$own/tests"
mount --bind /proc "$own/proc"
mount --bind "$state" "$own/state"
mount --bind "$tests" "$own/tests"
mount -t tmpfs tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 444 "$root/dev/random" c 1 8
mknod -m 444 "$root/dev/urandom" c 1 9
for folder in tmp run; do mount -t tmpfs tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp"
cd "$root"
fronted="stat date find sed cp mv ln ls df du touch grep xargs sort head tail wc cut tr uname hostname ps"
gone="timeout setsid flock ionice systemctl systemd-analyze findmnt blkid lsblk losetup mountpoint getent useradd
  usermod udevadm btrfs mkfs.btrfs mdadm zfs zpool smartctl shuf tac nproc numfmt realpath readlink python python3
  sha256sum md5sum mount umount"
(
  cd usr/bin
  # The names are ours and hold no blank; so it is in what follows.
  # shellcheck disable=SC2086
  cp -pL $fronted dash rsync "$own/gnu/"
)
# One program for all of them: a start that forks for each name takes seconds on a busy machine.
paths=
for tool in $fronted $gone sh; do paths="$paths usr/bin/$tool usr/sbin/$tool"; done
# shellcheck disable=SC2086
rm -f $paths
ln -s "$shell" usr/bin/sh
text=$(cat "$tests/sim/macos/bsd/tool")
made=
for tool in $fronted; do
  printf '%s\n' "$text" >"usr/bin/$tool"
  made="$made usr/bin/$tool"
done
for module in "$tests"/sim/macos/tools/*.py; do
  tool=${module##*/}
  tool=${tool%.py}
  case $tool in __init__) continue ;; diskutil | systemsetup) folder=usr/sbin ;; *) folder=usr/bin ;; esac
  printf '#!/bin/sh\ncd /opt/standin && exec %s -S -E -m tests.sim.macos.tool %s "$@"\n' "$python" "$tool" >"$folder/$tool"
  made="$made $folder/$tool"
done
rm -f usr/bin/rsync usr/local/bin/rsync
cp "$tests/sim/macos/bsd/caffeinate" "$tests/sim/macos/bsd/rsync" usr/bin/
# shellcheck disable=SC2086
chmod 755 $made usr/bin/caffeinate usr/bin/rsync
sed -i 's/^root:/wheel:/' etc/group
rm -rf etc/studio-backup var/lib/studio-backup
mkdir -p Library/LaunchDaemons Library/Preferences System/Library/LaunchDaemons System/Library/CoreServices Volumes \
  Applications Users/tech
chmod 755 Library/LaunchDaemons
mkdir -p "Library/Application Support/com.apple.TCC"
: >"Library/Application Support/com.apple.TCC/TCC.db"
echo ready
exec chroot "$root" /bin/cat
