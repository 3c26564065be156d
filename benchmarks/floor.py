"""The least that anybody could do over SSH: one connection and one command a host, in a thread each.

A program of its own that imports only paramiko. Its argument is a JSON file: `user`, `key`, `hosts` (a list of address,
host key and script); it exits with 1 when any script fails, and prints what the first one said.
"""

from __future__ import annotations

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko


def ask(user: str, key: paramiko.PKey, address: str, host_key: str, script: str) -> tuple[int, bytes]:
    """Log in, run the script, read both streams to their end."""
    client = paramiko.SSHClient()
    kind, data = host_key.split()[:2]
    client.get_host_keys().add(address, kind, paramiko.Ed25519Key(data=base64.b64decode(data)))
    client.connect(address, username=user, pkey=key, allow_agent=False, look_for_keys=False, timeout=10)
    stdin, stdout, stderr = client.exec_command("exec /bin/sh -s")
    stdin.write(script)
    stdin.channel.shutdown_write()
    said = stdout.read() + stderr.read()
    status = stdout.channel.recv_exit_status()
    client.close()
    return status, said


def main(path: str) -> int:
    """Ask every host at once."""
    work = json.loads(Path(path).read_text(encoding="utf-8"))
    key = paramiko.PKey.from_path(work["key"])
    with ThreadPoolExecutor(max_workers=min(int(work["parallel"]), len(work["hosts"]))) as pool:
        asked = [pool.submit(ask, work["user"], key, *host) for host in work["hosts"]]
        answers = [future.result() for future in asked]
    for status, said in answers:
        if status:
            print(said.decode("utf-8", "replace"))
            return 1
    print(sum(len(said) for _, said in answers), "bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
