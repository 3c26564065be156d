# machine: macos-15
plist 3; load
plist 2
