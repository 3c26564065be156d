"""Tests against real machines, booted on this one."""
