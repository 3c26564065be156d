# machine: dash
: >/etc/passwd
