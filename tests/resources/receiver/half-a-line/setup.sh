# machine: dash
printf 'sb-ws-a:x:990' >>/etc/passwd; echo >>/etc/passwd
