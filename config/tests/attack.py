"""What strangers send: odd texts, odd bodies, and a way to send them to every address that the shop has.

Each page is sent some of them, the next page the next ones. `THOROUGH=1` sends each page all, which takes many times
as long.
"""

import itertools
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Generic, TypeVar
from urllib.parse import quote, quote_from_bytes

from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from config.tests.thorough import IS_THOROUGH

FORM = "application/x-www-form-urlencoded"
RARE_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# Seconds of computing that an answer may take, on a slow machine; waiting for a busy one is not held against it.
SLOWEST = 4

# As they stand in an address or a form: percent-encoded.
TEXTS = {
    name: quote_from_bytes(text) if isinstance(text, bytes) else quote(text, safe="")
    for name, text in {
        "nothing": "",
        "space": " ",
        "NUL": "a\0b",
        "lone surrogate": b"\xed\xa0\x80",
        "broken UTF-8": b"\xff\xfe",
        "minus one": "-1",
        "a fraction": "1.5",
        "beyond 64 bits": str(2**63),
        "beyond 32 bits": str(2**31),
        "giant": str(10**30),
        "five thousand digits": "9" * 5000,
        "no number": "NaN",
        "infinity": "1e999",
        "foreign digits": "١٢٣²",
        "long": "x" * 100_000,
        "emoji": "🦊👩‍👩‍👧",
        "right to left": "\u202e\u2066abc",
        "template": "{{7*7}}{% now %}%s%(a)s",
        "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
        "SQL": "' OR 1=1; DROP TABLE orders_order; --",
        "line breaks": "a\r\nSet-Cookie: a=b\r\n\r\n<p>",
        "path": "../../../../etc/passwd",
        "JSON": '{"$gt": [null, 1e999]}',
        "a year too far": "99999-99-99",
        "brackets": "http://[",
    }.items()
}

BODIES = {
    "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense"),
    "no boundary": ("multipart/form-data", b"--x--"),
    "broken base64": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"\xff=\r\n--x--\r\n",
    ),
    "deep JSON": ("application/json", b"[" * 100_000),
    "JSON": ("application/json", b'{"quantity": {"a": [1e999, null]}, "price": 1, "id": "\\u0000"}'),
    "unknown charset": (f"{FORM}; charset=rot13", b"a=b"),
    "charset that is no charset": (f"{FORM}; charset=base64", b"a=b"),
    "many fields": (FORM, b"a=1&" * 3000),
    "the same field twice": (FORM, b"quantity=1&quantity=2&variant=1&variant=2&email=a&email=b"),
    "a field as a list": (FORM, b"quantity[]=1&variant[0][x]=1&email[a]=b&_selected_action=%00"),
    "large": (FORM, b"email=" + b"a" * 1_200_000),
    "bytes": ("application/octet-stream", bytes(range(256))),
    "no type": ("", b"\xff\xfe"),
    "XML": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
}

FILES = {
    "empty": ("a.png", b""),
    "no picture": ("a.jpg", b"<script>alert(1)</script>"),
    "half a picture": ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06"),
    "drawing": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "path in its name": ("../../../etc/a.png", b"x"),
    "long name": ("x" * 3000 + ".png", b"x"),
    "NUL in its name": ("a\0.png", b"x"),
    "odd name": ("\u202egnp.exe\r\nX: y", b"x"),
}

HEADERS = {
    "host": [
        "",
        "evil.example",
        "testserver@evil.example",
        "testserver:99999999",
        "[::1",
        "a b",
        "\xff",
        "x" * 9000,
    ],
    "origin": ["null", "http://[", "http://evil.example", "\xff\xfe", "x" * 9000],
    "referer": ["http://[::1", "javascript:alert(1)", "http://evil.example/", "\xff", "/\x01"],
    "cookie": [
        'session="\\000"; cart="\\377"; csrf="',
        "=;=;;,=",
        "\xff=\xfe; cart=\xff",
        "messages=" + "x" * 5000,
        "messages=[[{{; cart=a:b:c:99999999999999999999; session=" + "z" * 5000,
        "csrf=" + "x" * 32,
        'cart="١٢:٣"; messages="%5B%22"',
    ],
    "x-forwarded-for": ["evil", "1.2.3.4, ::1, \xff", "999.999.999.999", "," * 5000],
    "x-forwarded-host": ["evil.example"],
    "x-forwarded-proto": ["https", "gopher"],
    "accept-language": ["x" * 5000, "de;q=nan", "\xff", "*;q=1e999"],
    "accept-encoding": ["gzip;q=" + "9" * 500, "\xff"],
    "if-modified-since": ["yesterday", "Thu, 01 Jan 99999 00:00:00 GMT", "\xff"],
    "if-none-match": ["*", '"' * 5000, "\xff"],
    "range": ["bytes=abc", "bytes=-1-", "bytes=0-" + "9" * 500, "bytes=" + "0-1," * 1000],
    "hx-request": ["true", "\xff"],
    "hx-current-url": ["http://[", "\xff"],
    "hx-trigger": ["%FF", "\xff"],
    "sec-fetch-site": ["\xff", "cross-site"],
    "x-csrftoken": ["\xff", "x" * 5000],
    "content-length": ["-1", "abc", "1e3", "9" * 40],
    "content-encoding": ["gzip", "\xff"],
    "stripe-signature": ["t=,v1=", "t=1e999,v1=\xff", "t=" + "9" * 5000 + ",v1=a", "," * 5000],
    "authorization": ["Basic \xff", "Bearer " + "x" * 8000],
}


T = TypeVar("T")


class Dealt(Generic[T]):
    """A list that is dealt out a few at a time, round and round: over many pages each thing comes up often."""

    def __init__(self, things: Iterable[T]):
        self._all = list(things)
        self._turn = itertools.cycle(self._all)

    def next(self, many: int) -> list[T]:
        """The next so many; all of them with `THOROUGH=1`."""
        return self._all if IS_THOROUGH else list(itertools.islice(self._turn, many))


# --- where ------------------------------------------------------------------------------------------
def routes() -> list[str]:
    """Every route of the project, as its urlconfs write it."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list, prefix: str) -> Iterator[str]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, route)
        else:
            yield route


_HOLE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def holes(route: str) -> list[str]:
    """The names of what a route leaves open."""
    return [first or second for first, second in _HOLE.findall(route)]


def filled(route: str, texts: dict[str, str]) -> str:
    """The address of a route with these texts, which are percent-encoded already."""
    path = _HOLE.sub(lambda hole: texts[hole[1] or hole[2]], route)
    return "/" + path.replace("^", "").removesuffix("$")


# --- what a page lets one send ----------------------------------------------------------------------
@dataclass
class SentForm:
    """A form of a page with what it would send as it stands; `files` names its file fields."""

    action: str
    is_post: bool
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects the forms of a page, with the names of all that can be typed, ticked, chosen or pressed."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[SentForm] = []
        self._choice = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if tag == "form":
            self.found.append(SentForm(said.get("action", ""), said.get("method", "").lower() == "post"))
        elif tag == "select":
            self._choice = name
        elif not self.found:
            return
        elif tag == "option" and self._choice and ("selected" in said or self._choice not in self._fields):
            self._fields[self._choice] = said.get("value", "")
        elif name and said.get("type") == "file":
            self.found[-1].files.append(name)
        elif name and tag in {"input", "textarea", "button"}:
            self._fields.setdefault(name, said.get("value", ""))

    @property
    def _fields(self) -> dict[str, str]:
        return self.found[-1].fields


# --- sending ----------------------------------------------------------------------------------------
class Visitor:
    """One browser. Whatever its requests write is taken back, so each meets the same shop."""

    def __init__(self, client: Client | None = None):
        self.client = client or Client()
        self.client.raise_request_exception = False
        self._cookies = self.client.cookies.output(header="", sep=";")
        self.sent = 0
        self.wrong: list[str] = []

    def send(self, method: str, address: str, body: bytes = b"", kind: str = FORM, **headers: str):
        """Send it, note in `wrong` what is wrong with the answer, and return the answer."""
        self.client.cookies = SimpleCookie(self._cookies)
        if body or method == "POST":
            headers |= {"CONTENT_LENGTH": str(len(body))}
        with transaction.atomic():
            started = time.thread_time()
            answer = self.client.generic(
                method, address, body, content_type=kind, headers=headers.pop("headers", None), **headers
            )
            answer.seconds = time.thread_time() - started
            transaction.set_rollback(True)
        self.sent += 1
        if wrong := problems(answer):
            self.wrong.append(f"{method} {address[:150]} {body[:200]!r} {headers or ''}: {wrong}")
        return answer


def problems(answer) -> str:
    """What is wrong with an answer to nonsense; nothing, if it is fit to be shown to people."""
    page = b"" if answer.streaming else answer.content
    if answer.status_code >= 500:
        error = getattr(answer, "exc_info", None)
        return f"{answer.status_code} {error[0].__name__ if error else ''} {str(error[1])[:200] if error else ''}"
    if b"Traceback (most recent" in page or b"DATABASES" in page:
        return "it shows the inside of the shop"
    if b"<script>alert(1)" in page or b"<img src=x" in page:
        return "it takes text for markup"
    if "Set-Cookie: a=b" in str(answer.headers):
        return "a line break reached its headers"
    if answer.seconds > SLOWEST:
        return f"it took {answer.seconds:.1f} s"
    return ""


# Long enough to be in no file by chance.
BOUNDARY = "parted-by-this-line-of-a-form"


def multipart(fields: dict[str, str], file_field: str, name: str, content: bytes) -> tuple[bytes, str]:
    """The body of a form with one file, and its type; names go in as they are, however odd."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file_field}"; filename="{name}"\r\n'.encode()
    )
    parts.append(head + b"Content-Type: image/png\r\n\r\n" + content + f"\r\n--{BOUNDARY}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={BOUNDARY}"
