"""Programs a machine runs, in the shells they must run in."""
