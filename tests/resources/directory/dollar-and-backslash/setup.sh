# machine: dash
mkdir -p '/srv/tank/$HOME `id` \n'; chmod 0755 '/srv/tank/$HOME `id` \n'
