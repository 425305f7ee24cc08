"""The scratch databases of a run: made at its beginning, dropped at its end, on the server of DATABASE_URL."""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.processes import Trouble

DEFAULT = "postgres://postgres@127.0.0.1:5432/postgres"
PREFIX = "tally_bench_"
# Held by a run as long as it lasts (any number that nobody else takes).
LOCK = 7_326_195


class Server:
    """The PostgreSQL server, seen from its own database, and the scratch databases on it."""

    def __init__(self, url: str, connection: psycopg.Connection):
        self._url = url
        self._connection = connection

    def url_of(self, name: str) -> str:
        return urlsplit(self._url)._replace(path=f"/{PREFIX}{name}").geturl()

    def create(self, name: str) -> str:
        """Make an empty database, in place of one that a run left behind; its URL."""
        self.drop(name)
        self._connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(PREFIX + name)))
        return self.url_of(name)

    def drop(self, name: str) -> None:
        self._connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(PREFIX + name))
        )

    def backends(self, name: str) -> list[int]:
        """The processes that serve a scratch database."""
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", [PREFIX + name]
        )
        return [pid for (pid,) in rows]

    def ask(self, name: str, question: str) -> int:
        """One number out of a scratch database."""
        with psycopg.connect(self.url_of(name), autocommit=True) as connection:
            row = connection.execute(question.encode()).fetchone()
        return int(row[0]) if row else 0

    @property
    def version(self) -> str:
        return str(self._connection.info.server_version // 10000)


@contextlib.contextmanager
def scratch(names: list[str]) -> Iterator[Server]:
    """The server, with nobody else measuring on it; the databases of these names are dropped at the end.

    Raises Trouble, in a sentence fit to show, if there is no PostgreSQL or somebody else measures already.
    """
    url = os.environ.get("DATABASE_URL") or DEFAULT
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise Trouble("The bench needs PostgreSQL: set DATABASE_URL to one, such as " + DEFAULT)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Trouble(
            f"The bench needs PostgreSQL, and there is none to be had: {str(error).strip()}\n"
            f"Start one, or name one in DATABASE_URL (now {url})."
        ) from None
    with connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if not (row and row[0]):
            raise Trouble("Another bench measures on this server: wait for its end.")
        server = Server(url, connection)
        try:
            yield server
        finally:
            for name in names:
                server.drop(name)
