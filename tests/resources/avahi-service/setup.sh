# A case before may have stopped it for good: smbd would have it started again at once.
systemctl --quiet unmask avahi-daemon.socket avahi-daemon.service 2>/dev/null || :
folder=/etc/avahi/services
# smbd tells of what it serves, and no file does.
fresh() {
  systemctl --quiet start avahi-daemon
  rm -f "$folder"/*
  sed -i '/multicast dns register/d' /etc/samba/smb.conf
}
# smbd tells nothing.
untold() { sed -i 's/^\[global\]$/[global]\n   multicast dns register = no/' /etc/samba/smb.conf; }
# The file for one share.
services() {
  cat <<END
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
    <txt-record>dk0=adVN=$1,adVF=0x82</txt-record>
  </service>
</service-group>
END
}
ours() {
  {
    cat <<'END'
<!--
     Written by studio-backup for studio northlight: nas/linux/avahi-service/studio-backup-northlight.service
-->
END
    services tm-ws-a
  } >"$folder/studio-backup-northlight.service"
}
