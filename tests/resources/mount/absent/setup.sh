# machine: dash
printf '%s' '# static file systems
UUID=1111-2222 /boot/efi vfat umask=0077 0 1
/swapfile none swap sw 0 0
' >/etc/fstab
