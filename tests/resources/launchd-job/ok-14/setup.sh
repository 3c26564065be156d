# machine: macos-14
plist 2; load
