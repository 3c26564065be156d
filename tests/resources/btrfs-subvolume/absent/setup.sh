# machine: dash
mkdir /srv/tank/other
