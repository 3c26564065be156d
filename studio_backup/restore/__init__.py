"""Restoring: which point, through which stream, and the proof that it landed whole."""
