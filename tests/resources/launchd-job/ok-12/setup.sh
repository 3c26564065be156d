# machine: macos-12
plist 2; load
/bin/launchctl disable system/x; /bin/launchctl enable "system/$label"
