# machine: macos-15
plist 2 'exit 0' 5; load
