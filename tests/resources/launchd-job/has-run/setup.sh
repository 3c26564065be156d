# machine: macos-15
plist 2; load
/bin/launchctl kickstart "system/$label"
sleep 1
