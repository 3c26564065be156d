# machine: raid
echo 'program /usr/local/bin/alert' >>/etc/mdadm/mdadm.conf
