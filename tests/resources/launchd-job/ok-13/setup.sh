# machine: macos-13
plist 2; load
