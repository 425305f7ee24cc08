"""Visitors over bare sockets: cheap enough not to be what is measured."""

import json
import re
import socket
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

HOST = "127.0.0.1"
SECONDS = 30.0
_COOKIE = re.compile(rb"\r\nset-cookie: ([^=;]+)=([^;\r]*)", re.IGNORECASE)
_HEADER = re.compile(rb"\r\n([a-z-]+): ([^\r]*)", re.IGNORECASE)
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Wrong(Exception):
    """An answer that is not the one expected; the message says which."""


@dataclass
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        wanted = name.encode().lower()
        return next(
            (value.decode() for key, value in _HEADER.findall(self.head) if key.lower() == wanted), ""
        )

    def fields(self) -> dict[str, str]:
        """What the inputs of the page's largest form would send as they stand; selects are left to the visitor."""
        form = max(re.findall(r"<form\b.*?</form>", self.body.decode(), re.DOTALL), key=len)
        found = {}
        for tag in _INPUT.findall(form):
            said = dict(_ATTRIBUTE.findall(tag))
            if "name" in said and (said.get("type") not in {"checkbox", "radio"} or " checked" in tag):
                found[said["name"]] = unescape(said.get("value", ""))
        return found


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
        return self._send("GET", path, "", expect, headers)

    def post(self, path: str, fields: dict[str, object], expect: int) -> Answer:
        return self._send("POST", path, urlencode(fields), expect, {})

    def _send(self, method: str, path: str, body: str, expect: int, headers: dict[str, str]) -> Answer:
        here = f"{HOST}:{self.line.port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {here}", "Accept: text/html", "User-Agent: bench"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [
                f"Origin: http://{here}",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        answer = self.line.exchange(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        for name, value in _COOKIE.findall(answer.head):
            if value in {b"", b'""'}:  # taken away
                self.cookies.pop(name.decode(), None)
            else:
                self.cookies[name.decode()] = value.decode()
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
