# machine: dash
echo 'sb-ws-a:x:990:990::/nonexistent:/usr/sbin/nologin' >>/etc/passwd; echo 'sb-ws-a:x:990:' >>/etc/group
mkdir -p /srv/tank/ws-a/sessions; chmod 0755 /srv/tank/ws-a/sessions; chown sb-ws-a /srv/tank/ws-a/sessions
chmod 2745 /srv/tank/ws-a/sessions
