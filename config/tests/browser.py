"""A browser without a screen, for many at once: cookies, forms and redirects over a real connection."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page with what they would send as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", "")))
            self._is_open = True
        elif self._is_open and tag == "input" and "name" in said:
            is_box = said.get("type") in {"checkbox", "radio"}
            if "checked" in said if is_box else said.get("type") != "submit":
                self.forms[-1].fields[said["name"]] = said.get("value", "on" if is_box else "")
        elif self._is_open and tag == "select":
            self._select = said.get("name", "")
        elif (
            self._is_open
            and tag == "option"
            and ("selected" in said or self._select not in self.forms[-1].fields)
        ):
            self.forms[-1].fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def form(self, action: str) -> Form:
        """The form of the page that is sent to this address."""
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if form.action.startswith(action))


class Browser:
    """One visitor. Keeps cookies and one connection; follows nothing by itself."""

    def __init__(self, base: str, *, timeout: float = 60):
        self.base = base.rstrip("/")
        self.cookies: dict[str, str] = {}
        self._address = urlsplit(base)
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, path: str, fields: dict[str, object]) -> Answer:
        return self._send("POST", path, urlencode(fields))

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _send(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base}
        parts = urlsplit(urljoin(self.base + "/", path))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = self._exchange(method, target, body, headers)
        text = response.read().decode("utf-8", "replace")
        for line in response.msg.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value.strip('"') if value != '""' else ""
        return Answer(response.status, dict(response.getheaders()), text)

    def _exchange(
        self, method: str, target: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._address.hostname or "", self._address.port, timeout=self._timeout
            )
        try:
            self._connection.request(method, target, body, headers)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server ended a connection that had been kept open; a browser opens another one.
            self.close()
            self._connection = http.client.HTTPConnection(
                self._address.hostname or "", self._address.port, timeout=self._timeout
            )
            self._connection.request(method, target, body, headers)
            return self._connection.getresponse()


ADDRESS = {
    "name": "Test Buyer",
    "street": "Musterstrasse 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


class Buyer(Browser):
    """A visitor who means to buy."""

    def put_into_cart(self, variant: int, quantity: int = 1) -> Answer:
        return self.post("/cart/add/", {"variant": variant, "quantity": quantity})

    def look_at_checkout(self, email: str = "buyer@example.org") -> dict[str, str]:
        """Open the checkout page; what its form would send, filled in."""
        page = self.get("/checkout/")
        assert page.status == 200, (page.status, page.headers)
        return {**page.form("/checkout/").fields, **ADDRESS, "email": email, "billing_same": "on"}

    def press_pay(self, fields: dict[str, str]) -> Answer:
        return self.post("/checkout/", dict(fields))
