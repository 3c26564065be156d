"""The demo: one studio's day on the lab's machines, told with real commands and checked beat by beat."""
