# machine: tm
systemctl --quiet start avahi-daemon; rm -f /etc/avahi/services/*; sed -i '/multicast dns register/d' /etc/samba/smb.conf
sed -i 's/^\[global\]$/[global]\n   multicast dns register = no/' /etc/samba/smb.conf
cat >/etc/avahi/services/studio-backup-northlight.service <<'END'
<!--
     Written by studio-backup for studio northlight: nas/linux/avahi-service/studio-backup-northlight.service
-->
<service-group>
  <name replace-wildcards="yes">%h</name>
  <service>
    <type>_smb._tcp</type>
    <port>445</port>
  </service>
  <service>
    <type>_device-info._tcp</type>
    <port>9</port>
    <txt-record>model=TimeCapsule8,119</txt-record>
  </service>
  <service>
    <type>_adisk._tcp</type>
    <port>9</port>
    <txt-record>sys=waMa=0,adVF=0x100</txt-record>
    <txt-record>dk0=adVN=tm-ws-a,adVF=0x82</txt-record>
  </service>
</service-group>
END
