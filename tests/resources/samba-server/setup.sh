# A case before may have taken it away.
[ ! -e /root/fruit.so ] || mv /root/fruit.so /usr/lib/x86_64-linux-gnu/samba/vfs/
