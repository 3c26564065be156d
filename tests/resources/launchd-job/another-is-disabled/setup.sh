# machine: macos-15
plist 2; load
/bin/launchctl disable "system/$label.other"
