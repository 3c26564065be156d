# machine: raid
begin tank >>/etc/mdadm/mdadm.conf
