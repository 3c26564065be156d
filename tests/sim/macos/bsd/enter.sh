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
cd "$root/usr/bin"
for tool in stat date find sed cp mv ln ls df du touch grep xargs sort head tail wc cut tr uname hostname ps; do
  cp -p "$(readlink -f "$tool")" "$own/gnu/$tool"
  rm "$tool"
  cp "$tests/sim/macos/bsd/tool" "$tool"
done
cp -p dash "$own/gnu/dash"
cd "$root"
for gone in timeout setsid flock ionice systemctl systemd-analyze findmnt blkid lsblk losetup mountpoint getent useradd \
  usermod udevadm btrfs mkfs.btrfs mdadm zfs zpool smartctl shuf tac nproc numfmt realpath readlink python python3 \
  sha256sum md5sum mount umount; do
  rm -f usr/bin/"$gone" usr/sbin/"$gone" usr/local/bin/"$gone" usr/local/sbin/"$gone"
done
rm -f usr/bin/sh
ln -s "$shell" usr/bin/sh
for module in "$tests"/sim/macos/tools/*.py; do
  tool=${module##*/}
  tool=${tool%.py}
  [ "$tool" != __init__ ] || continue
  case $tool in diskutil | systemsetup | launchctl) folder=usr/sbin ;; *) folder=usr/bin ;; esac
  [ "$tool" != launchctl ] || folder=usr/bin # /bin on a Mac, and /bin is /usr/bin here
  printf '#!/bin/sh\ncd /opt/standin && exec %s -S -E -m tests.sim.macos.tool %s "$@"\n' "$python" "$tool" >"$folder/$tool"
  chmod 755 "$folder/$tool"
done
sed -i 's/^root:/wheel:/' etc/group
rm -rf etc/studio-backup var/lib/studio-backup
mkdir -p Library/LaunchDaemons Library/Preferences System/Library/LaunchDaemons System/Library/CoreServices Volumes \
  Applications Users/tech
chmod 755 Library/LaunchDaemons
echo ready
exec chroot "$root" /bin/cat
