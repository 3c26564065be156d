# machine: dash
others; ours
sed -i 's|path = /srv/tank/.*|path = /srv/other|' "$conf"
