"""A relay in front of a server that can freeze, slow down or cut the connection, also after a number of bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time


class Relay:
    """Listens on `port` and passes bytes to and from `target` until told otherwise."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._frozen = threading.Event()
        self._left: int | None = None
        self._seconds = 0.0
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Pass nothing more, and keep the connection open."""
        self._frozen.set()

    def slow_down(self, seconds: float) -> None:
        """Pass everything this much later."""
        self._seconds = seconds

    def cut_after(self, size: int) -> None:
        """Close everything once `size` more bytes have come from the server."""
        self._left = size

    def close(self) -> None:
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                if self._frozen.is_set():
                    continue
                time.sleep(self._seconds)
                if counted and self._left is not None:
                    data, self._left = data[: self._left], self._left - len(data)
                sink.sendall(data)
                if self._left is not None and self._left <= 0:
                    break
        self.close()
