"""The lab: a small studio of real Debian machines under systemd-nspawn."""
