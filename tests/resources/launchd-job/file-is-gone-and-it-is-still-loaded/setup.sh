# machine: macos-15
plist 2; load
rm "$file"
