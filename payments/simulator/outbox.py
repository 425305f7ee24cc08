"""One kept-alive connection to the webhook's address."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    "Accept": "*/*; q=0.5, application/xml",
    "Cache-Control": "no-cache",
}
MAX_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Post:
    """What came of one attempt: the status of the answer, or why there was none."""

    status: int | None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """Only 2xx counts; a redirect is a refusal."""
        return self.status is not None and 200 <= self.status < 300


class Target:
    """The webhook's address; every sending thread has its own."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.netloc, timeout=timeout)
        self._path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"

    def post(self, body: bytes, headers: dict[str, str]) -> Post:
        """Send `body`; a connection that the other side has closed meanwhile is opened anew, once."""
        was_open = self._connection.sock is not None
        try:
            return self._post(body, headers)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            stale = was_open and isinstance(error, ConnectionError)
            if not stale:
                return _failure(error)
        try:
            return self._post(body, headers)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            return _failure(error)

    def close(self) -> None:
        self._connection.close()

    def _post(self, body: bytes, headers: dict[str, str]) -> Post:
        self._connection.request("POST", self._path, body, {**HEADERS, **headers})
        response = self._connection.getresponse()
        left = len(response.read(MAX_ANSWER)) == MAX_ANSWER
        if left or response.will_close:
            self.close()
        return Post(response.status)


def _failure(error: Exception) -> Post:
    return Post(None, f"{type(error).__name__}: {error}"[:200])
