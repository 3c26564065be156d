# machine: dash
printf '%s' '# static file systems
UUID=1111-2222 /boot/efi vfat umask=0077 0 1
/swapfile none swap sw 0 0
# >>> studio-backup nas/linux/mount/tank (edits between these lines show as drift)
UUID=7a4b0001-0000-4000-8000-000000000001 /srv/tank ext4 nofail,x-systemd.device-timeout=90s 0 0
# <<< studio-backup nas/linux/mount/tank (edits between these lines show as drift)
' >/etc/fstab
truncate -s 16M /run/studio-backup-sandbox/image; mkfs.ext4 -q -U 7a4b0001-0000-4000-8000-0000000000ff /run/studio-backup-sandbox/image
mkdir -p '/srv/tank'; mount -o loop /run/studio-backup-sandbox/image '/srv/tank'
