# machine: macos-15
