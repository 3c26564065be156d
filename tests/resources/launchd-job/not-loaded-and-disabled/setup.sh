# machine: macos-15
plist 2
/bin/launchctl disable "system/$label"
