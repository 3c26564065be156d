# machine: dash
rm -rf /srv/tank; : >/srv/tank
