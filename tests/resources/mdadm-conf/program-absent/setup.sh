# machine: raid
