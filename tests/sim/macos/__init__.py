"""A Mac that is a namespace of this machine: its tools are stand-ins that share one state. README.md says how."""
