# machine: dash
mkdir -p /srv/tank; mount -t tmpfs tmpfs /srv/tank
