# machine: dash
rm -rf /srv/tank/the*
