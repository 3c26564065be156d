# machine: dash

