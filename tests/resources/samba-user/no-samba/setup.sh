# machine: dash
