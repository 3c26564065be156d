# machine: dash
mkdir -p "/srv/tank/$(printf 'Gro\314\210\303\237e')"
