# machine: raid
mv /etc/mdadm/mdadm.conf /etc/mdadm/mdadm.conf.real; ln -s mdadm.conf.real /etc/mdadm/mdadm.conf
