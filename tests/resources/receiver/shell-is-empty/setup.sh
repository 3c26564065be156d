# machine: busybox
echo 'sb-ws-a:x:990:990::/var/lib/studio-backup/northlight/receivers/sb-ws-a:' >>/etc/passwd
