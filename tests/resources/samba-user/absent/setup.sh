# machine: tm
smbpasswd -x tm-ws-a >/dev/null 2>&1 || :
