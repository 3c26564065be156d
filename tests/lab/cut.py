"""A wire to a machine that this test can cut: a TCP relay on 127.0.0.1 that counts what we send."""

import contextlib
import socket
import threading
import time
from types import TracebackType

#: Seconds between the last byte and the end.
_STALL = 0.5


class Wire:
    """Relays to HOST port 22; everything breaks off once `limit` bytes went from us to the machine, or by `cut`."""

    def __init__(self, host: str, limit: int | None = None) -> None:
        self.sent = 0
        self.limit = limit
        self._host = host
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection((self._host, 22), timeout=10)
                theirs.settimeout(None)
                with self._lock:
                    self._open += [ours, theirs]
                threading.Thread(target=self._pump, args=(ours, theirs, True), daemon=True).start()
                threading.Thread(target=self._pump, args=(theirs, ours, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                if counted:
                    if self.limit is not None and self.sent + len(data) > self.limit:
                        # The machine gets every byte up to the limit, time to do something with it, then the
                        # end. Closed at once, the socket would take back what the machine has not read yet.
                        target.sendall(data[: self.limit - self.sent])
                        self.sent = self.limit
                        time.sleep(_STALL)
                        target.shutdown(socket.SHUT_WR)
                        source.shutdown(socket.SHUT_RDWR)
                        return
                    self.sent += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """Break every connection off; later ones are broken off at once."""
        self.limit = self.sent
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.cut()
        self._listener.close()
