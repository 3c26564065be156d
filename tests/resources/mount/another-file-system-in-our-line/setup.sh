# machine: dash
printf '%s' '# static file systems
UUID=1111-2222 /boot/efi vfat umask=0077 0 1
/swapfile none swap sw 0 0
# >>> studio-backup nas/linux/mount/tank (edits between these lines show as drift)
UUID=7a4b0001-0000-4000-8000-0000000000ff /srv/tank ext4 nofail,x-systemd.device-timeout=90s 0 0
# <<< studio-backup nas/linux/mount/tank (edits between these lines show as drift)
' >/etc/fstab
