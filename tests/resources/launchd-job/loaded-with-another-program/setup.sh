# machine: macos-15
plist 2 'exit 1'; load
plist 2
