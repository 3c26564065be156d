"""A Windows system: what is sent to its PowerShell, and what comes back; every program it runs is a file in jobs/."""
