"""What operators see over HTTP: /metrics, /livez and /readyz."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:  # [::] is every IPv4 address too.
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Logs no requests."""


class Ops:
    """An HTTP server on a thread of its own.

    Attributes:
      address: Where it listens.
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        alive: Callable[[], bool],
        ready: Callable[[], bool],
    ) -> None:
        """`alive` and `ready` tell what /livez and /readyz answer. Raises OSError."""
        self._metrics: Any = make_wsgi_app(registry)
        self._checks = {"/livez": alive, "/readyz": ready}
        version = ipaddress.ip_address(socket.getaddrinfo(host, port)[0][4][0]).version
        kind = _ServerV6 if version == 6 else _Server
        self._server = kind((host, port), _Quiet)
        self._server.set_app(self._answer)
        shown = f"[{host}]" if version == 6 else host
        self.address = f"{shown}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="ops", daemon=True).start()

    def close(self) -> None:
        """Listens no more."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start)
            return answer
        check = self._checks.get(path)
        if check is None:
            status, text = "404 Not Found", "/metrics, /livez, /readyz\n"
        elif check():
            status, text = "200 OK", "ok\n"
        else:
            status, text = "503 Service Unavailable", "no\n"
        start(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [text.encode()]
