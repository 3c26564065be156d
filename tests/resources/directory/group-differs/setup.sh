# machine: dash
echo 'sb-ws-a:x:990:990::/nonexistent:/usr/sbin/nologin' >>/etc/passwd; echo 'sb-ws-a:x:990:' >>/etc/group
mkdir -p /srv/tank/ws-a/landing; chmod 1770 /srv/tank/ws-a/landing; chown root:root /srv/tank/ws-a/landing
