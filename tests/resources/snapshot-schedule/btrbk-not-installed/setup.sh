# machine: dash
snapshot sessions.20261122T023000+0000
