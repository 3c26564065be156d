# A case before may have stopped it for good: smbd would have it started again at once.
systemctl --quiet unmask avahi-daemon.socket avahi-daemon.service 2>/dev/null || :
