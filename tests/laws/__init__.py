"""What holds for every kind, every script and every module."""
