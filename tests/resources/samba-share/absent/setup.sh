# machine: dash
others
