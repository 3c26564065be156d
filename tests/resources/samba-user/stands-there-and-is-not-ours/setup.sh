# machine: tm
id tm-ws-a >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tm-ws-a
printf 'x%s\nx%s\n' 1 1 | smbpasswd -s -a tm-ws-a >/dev/null
rm -f /var/lib/studio-backup/samba/tm-ws-a
