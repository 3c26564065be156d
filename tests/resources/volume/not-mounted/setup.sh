# machine: dash
mkdir -p /srv/tank
