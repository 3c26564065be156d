"""A Windows that is a stand-in: an interpreter of our PowerShell over a tree of drives. README.md says how."""
