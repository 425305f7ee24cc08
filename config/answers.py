"""HTTP as far as a visitor without a screen needs it: requests, cookies and forms. Standard library only.

The bench and `manage.py stress` send by it, each over connections of its own kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

_COOKIE = re.compile(rb"\r\nset-cookie: ([^=;]+)=([^;\r]*)", re.IGNORECASE)
_HEADER = re.compile(rb"\r\n([a-z-]+): ([^\r]*)", re.IGNORECASE)
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass
class Answer:
    """One answer of a server; `head` is all before the empty line."""

    status: int
    head: bytes
    body: bytes

    @classmethod
    def read(cls, received: bytes) -> "Answer":
        """A whole answer, as it came from the socket. Raises ValueError if it is none."""
        head, _, body = received.partition(b"\r\n\r\n")
        return cls(int(head[9:12]), head, body)

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

    def give_cookies(self, jar: dict[str, str]) -> None:
        """Put the cookies that it sets into the jar, and take out those that it takes away."""
        for name, value in _COOKIE.findall(self.head):
            if value in {b"", b'""'}:
                jar.pop(name.decode(), None)
            else:
                jar[name.decode()] = value.decode()


def request(
    method: str,
    path: str,
    *,
    here: str,
    cookies: Mapping[str, str],
    fields: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """What a browser sends: `here` is host and port, `fields` those of a form that a page of this shop held."""
    body = urlencode(fields) if fields is not None else ""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {here}", "Accept: text/html"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    if method == "POST":
        lines += [
            f"Origin: http://{here}",
            "Sec-Fetch-Site: same-origin",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
