# machine: dash
echo 'sb-ws-a:x:990:990::/nonexistent:/usr/sbin/nologin' >>/etc/passwd; echo 'sb-ws-a:x:990:' >>/etc/group
folder=/var/lib/studio-backup/northlight/receivers/sb-ws-a
mkdir -p $folder; : >$folder/key; echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy+O+E2YDwPo7IgnQ studio-backup nas' >$folder/key.pub
chmod 0400 $folder/key; chown sb-ws-a $folder/key; chmod 0644 $folder/key.pub
