"""Requests and answers as plain values, so that nothing but the server knows about sockets."""

from __future__ import annotations

from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """One HTTP request; `headers` are keyed in lower case, `path` is without the query."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    peer: str


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class Hang(Exception):
    """Say nothing for `seconds`, then drop the line."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Hang for {seconds} s.")
        self.seconds = seconds


class Reset(Exception):
    """Break the connection without an answer."""
