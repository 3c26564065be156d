"""The traps of storage on Linux, and which test keeps us out of each."""
