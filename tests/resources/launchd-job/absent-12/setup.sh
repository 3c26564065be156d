# machine: macos-12
