# machine: raid-zfs
mkdir -m 700 /root/keys; head -c 32 /dev/urandom >/root/keys/one
make tank mirror "$W"1 "$W"2
zfs create -o mountpoint=/srv/projects -o studio-backup:id=5e551001-0000-4000-8000-000000000a01 -o encryption=aes-256-gcm -o keyformat=raw -o keylocation=file:///root/keys/one tank/projects
