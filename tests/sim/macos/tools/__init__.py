"""One module a tool; its `main` gets the state and the arguments, prints, and returns the exit status."""
