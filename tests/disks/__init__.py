"""Disks read and written for real, on loop devices of the kernel: one test at a time."""
