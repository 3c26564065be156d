# machine: dash
mkdir -p /srv/tank/ws-a
ln -s 'x
drwxr-xr-x 2 root root 40 Nov 22 04:13 /srv/tank/ws-a/sessions' /srv/tank/ws-a/sessions
