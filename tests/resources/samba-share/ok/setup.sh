# machine: dash
others; ours
