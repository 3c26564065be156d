# machine: dash
umount /srv/tank; mkdir -p "/srv/tank/the sessions"
