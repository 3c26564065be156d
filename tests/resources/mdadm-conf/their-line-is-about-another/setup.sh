# machine: raid
echo 'array tank UUID=c0000000:00000000:00000000:00000001' >>/etc/mdadm/mdadm.conf
