"""The HTTP server: plain sockets, kept-alive connections, and no request that it answers with a 5xx of its own."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .http import Answer, Hang, Request, Reset
from .store import to_json

logger = logging.getLogger("payments.simulator")

MAX_BODY = 2 * 1024 * 1024
IDLE_SECONDS = 75
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Server(ThreadingHTTPServer):
    """Serves `answer`, one thread per connection, and can drop every connection at once."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, which the standard class does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are the other side's business; the rest is ours and is logged."""
        logger.exception("A connection from %s ended badly", client_address)

    def drop_connections(self) -> None:
        """Wake up whatever hangs, and close every connection that is still open."""
        self.stopping.set()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """Turns bytes into a Request and an Answer into bytes; any method is handed on."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        """Let every method through: whether there is such an address is not for the socket to say."""
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def _respond(self) -> None:
        body = self._body()
        if body is None:
            return
        try:
            answer = self._answer(body)
        except Hang as hang:
            self.server.stopping.wait(hang.seconds)
            self._reset()
            return
        except Reset:
            self._reset()
            return
        self._write(answer)

    def _answer(self, body: bytes) -> Answer:
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, _headers(self.headers), body, self.client_address[0])
        try:
            return self.server.answer(request)
        except (Hang, Reset):
            raise
        except Exception:
            logger.exception("%s %s failed", self.command, path)
            message = "The simulator has a bug; its log says which."
            return Answer(500, to_json({"error": {"type": "api_error", "message": message}}).encode())

    def _body(self) -> bytes | None:
        """Read the body; answers and returns None if it cannot be read or is too large."""
        length = (self.headers.get("Content-Length") or "0").strip()
        if self.headers.get("Transfer-Encoding"):
            self._refuse(411, "Send a Content-Length instead of a Transfer-Encoding.")
        elif not (length.isascii() and length.isdecimal() and len(length) < 19):
            self._refuse(400, "Invalid Content-Length.")
        elif int(length) > MAX_BODY:
            self._refuse(413, f"A request may hold at most {MAX_BODY} bytes.")
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                return body
            self.close_connection = True
        return None

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True
        error = {"error": {"type": "invalid_request_error", "message": message}}
        self._write(Answer(status, to_json(error).encode()))

    def _write(self, answer: Answer) -> None:
        """Send the whole answer in one piece."""
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Server: nginx", f"Date: {_date()}"]
        headers = {
            "Content-Type": answer.content_type,
            "Cache-Control": "no-cache, no-store",
            **answer.headers,
        }
        lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(answer.body)}")
        lines.append("Connection: close" if self.close_connection else "Connection: keep-alive")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def _reset(self) -> None:
        """Close with RST, so that the other side sees a broken connection and not an empty answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.rfile.close()
        self.connection.close()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP: with a 4xx always, since the fault is the other side's."""
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(code if code < 500 else 400, message or _phrase(code))

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug("%s %s", self.client_address[0], format % args)


_date_cache: tuple[int, str] = (0, "")


def _date() -> str:
    """Return the Date header's value, worked out once a second."""
    global _date_cache
    now = int(time.time())
    if _date_cache[0] != now:
        _date_cache = (now, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)))
    return _date_cache[1]


def _headers(message: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in message.items()}


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
