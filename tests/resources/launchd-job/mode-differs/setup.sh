# machine: macos-15
plist 2; load
chmod 666 "$file"
