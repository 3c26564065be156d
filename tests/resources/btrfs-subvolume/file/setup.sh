# machine: dash
: >"/srv/tank/the sessions"
