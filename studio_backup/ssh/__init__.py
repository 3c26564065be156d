"""SSH to the machines: pinned keys, jump hosts, sudo. Importing it loads fabric: only when needed."""

import logging

from studio_backup.ssh.connect import CONNECT_SECONDS, connect, fetch_host_keys
from studio_backup.ssh.pins import HostKey
from studio_backup.ssh.ssh import Ssh

# What paramiko logs is either raised here as an error of ours or of no use to the reader of a plan.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

__all__ = ["CONNECT_SECONDS", "HostKey", "Ssh", "connect", "fetch_host_keys"]
