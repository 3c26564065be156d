# machine: macos-12
plist 2; load
/bin/launchctl disable "system/$label"
