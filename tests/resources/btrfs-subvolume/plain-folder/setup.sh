# machine: dash
mkdir "/srv/tank/the sessions"
