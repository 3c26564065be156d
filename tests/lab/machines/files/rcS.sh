#!/bin/sh
# The whole boot of the BusyBox machine.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mkdir -p /var/spool/cron/crontabs /var/log /run
/usr/local/sbin/lab-mounts
