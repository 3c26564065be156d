"""The tests of studio-backup."""
