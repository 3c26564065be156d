# machine: macos-15
plist -; load
plist 2
