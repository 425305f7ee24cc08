"""Visitors over bare sockets: cheap enough not to be what is measured."""

import json
import re
import socket
from dataclasses import dataclass, field

from config import answers
from config.answers import Answer

HOST = "127.0.0.1"
SECONDS = 30.0


class Wrong(Exception):
    """An answer that is not the one expected; the message says which."""


class Line:
    """One connection that is kept open; a server that has ended it is called again, once."""

    def __init__(self, port: int):
        self.port = port
        # Every answer, if somebody wants to look at them.
        self.log: list[Answer] | None = None
        self._socket: socket.socket | None = None

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def exchange(self, request: bytes) -> Answer:
        """Send and receive. Raises OSError."""
        is_kept = self._socket is not None
        try:
            answer = self._exchange(request)
        except ConnectionError:
            self.close()
            if not is_kept:
                raise
            answer = self._exchange(request)
        if self.log is not None:
            self.log.append(answer)
        return answer

    def _exchange(self, request: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port), SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[:end], received[end + 4 :]
        status = int(head[9:12])
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        missing = int(length[1]) - len(body) if length else 0
        parts = [body]
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        if re.search(rb"\r\nconnection: close", head, re.IGNORECASE):
            self.close()
        return Answer(status, head, b"".join(parts))

    def _more(self) -> bytes:
        assert self._socket is not None  # noqa: S101  (just opened)
        more = self._socket.recv(65536)
        if not more:
            raise ConnectionResetError("The server ended the connection.")
        return more


@dataclass
class Visitor:
    """Somebody with cookies of their own, on a line that others used before."""

    line: Line
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, expect: int = 200, **headers: str) -> Answer:
        return self._send("GET", path, None, expect, headers)

    def post(self, path: str, fields: dict[str, object], expect: int) -> Answer:
        return self._send("POST", path, fields, expect, {})

    def _send(
        self, method: str, path: str, fields: dict[str, object] | None, expect: int, headers: dict[str, str]
    ) -> Answer:
        said = {"User-Agent": "bench", **{name.replace("_", "-"): value for name, value in headers.items()}}
        here = f"{HOST}:{self.line.port}"
        answer = self.line.exchange(
            answers.request(method, path, here=here, cookies=self.cookies, fields=fields, headers=said)
        )
        answer.give_cookies(self.cookies)
        if answer.status != expect:
            raise Wrong(f"{method} {path.split('?')[0]}: {answer.status} instead of {expect}")
        return answer


def pay(line: Line, session: str) -> str:
    """Pay at the simulator, which answers once the shop has heard of it; the path that leads back to the shop."""
    body = json.dumps({"wait": 20})
    request = (
        f"POST /_control/sessions/{session}/pay HTTP/1.1\r\nHost: {HOST}:{line.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    answer = line.exchange(request.encode())
    if answer.status != 200 or not (said := json.loads(answer.body))["paid"]:
        raise Wrong(f"paying: {answer.status}")
    return "/" + said["return_url"].split("/", 3)[3]
