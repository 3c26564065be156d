"""What an SSH server starts for a command to the simulated Windows: its streams go to the test's process and back.

Run as a program, with the path of a socket. Every message is a letter, a length and that many bytes: `c` the command,
`i` input (empty at its end), `o` and `e` what it says, `x` its exit status.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading


def send(sock: socket.socket, letter: bytes, data: bytes) -> None:
    sock.sendall(letter + struct.pack(">I", len(data)) + data)


def receive(sock: socket.socket) -> tuple[bytes, bytes] | None:
    """The next message; None at the end."""
    head = _exactly(sock, 5)
    if head is None:
        return None
    data = _exactly(sock, struct.unpack(">I", head[1:])[0])
    return None if data is None else (head[:1], data)


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def _feed(sock: socket.socket) -> None:
    while True:
        data = os.read(0, 65536)
        send(sock, b"i", data)
        if not data:
            return


def main(path: str) -> int:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    send(sock, b"c", os.environ.get("SSH_ORIGINAL_COMMAND", "").encode())
    threading.Thread(target=_feed, args=(sock,), daemon=True).start()
    while (message := receive(sock)) is not None:
        letter, data = message
        if letter == b"x":
            os._exit(struct.unpack(">I", data)[0] & 0xFF)  # the feeding thread may wait for input for ever
        os.write(1 if letter == b"o" else 2, data)
    return 255


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
