# machine: raid
ours tank 'ARRAY /dev/md/tank UUID=a0000000:00000000:00000000:00000001'
