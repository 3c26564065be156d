# machine: dash
umount /srv/work
