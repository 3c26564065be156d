# machine: tm
id tm-ws-a >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tm-ws-a
printf 'x%s\nx%s\n' 1 1 | smbpasswd -s -a tm-ws-a >/dev/null
mkdir -p -m 0700 /var/lib/studio-backup/samba
printf 'set from file:~/secrets/tm-ws-a\t%s\n' "$(TZ=UTC pdbedit -L -v -u tm-ws-a | sed -n 's/^Password last set: *//p')" >/var/lib/studio-backup/samba/tm-ws-a
sed -i 's/[0-9][0-9] UTC/00 UTC/' /var/lib/studio-backup/samba/tm-ws-a
