"""A workstation that boots one of two stand-ins at a time, behind real SSH servers with a host key each."""
