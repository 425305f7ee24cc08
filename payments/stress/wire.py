"""A small HTTP client for many at once: each request on a connection of its own, as from a browser of its own."""

import asyncio
import json
from collections.abc import Mapping

from config.answers import Answer, request
from payments.stress.shop import Place

SECONDS = 60.0
"""Nobody waits longer for an answer."""
ONE_CALL = {"Connection": "close"}


class NoAnswer(Exception):
    """The server said nothing, or broke off."""


async def exchange(place: Place, said: bytes, *, seconds: float = SECONDS) -> Answer:
    """Send one request and read the whole answer. Raises NoAnswer."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(place.host, place.port)
            try:
                writer.write(said)
                return Answer.read(await reader.read(-1))
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


class Browser:
    """Somebody with cookies."""

    def __init__(self, place: Place):
        self.place = place
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> Answer:
        return await self._send("GET", path)

    async def post(self, path: str, fields: Mapping[str, object]) -> Answer:
        return await self._send("POST", path, fields)

    async def _send(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> Answer:
        said = request(
            method, path, here=self.place.here, cookies=self.cookies, fields=fields, headers=ONE_CALL
        )
        answer = await exchange(self.place, said)
        answer.give_cookies(self.cookies)
        return answer


async def control(place: Place, path: str, **said: object) -> dict:
    """One call of the simulator's control door. Raises NoAnswer, also if it refuses."""
    body = json.dumps(said)
    head = (
        f"POST /_control/{path} HTTP/1.1\r\nHost: {place.here}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    answer = await exchange(place, (head + body).encode())
    if answer.status != 200:
        raise NoAnswer(f"The simulator refused {path}: {answer.body.decode()[:200]}")
    return json.loads(answer.body)
