"""Makes and drops the databases of one CI run: `scratch_database.py check|url|create|drop SERVER_URL NAME`.

NAME begins with `tally_ci_`, so that nothing else can be dropped by a slip.
"""

import sys
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


def url_of(server_url: str, name: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def connect(server_url: str) -> psycopg.Connection:
    """Connect to the server's own database: the one of the URL may not exist."""
    if urlsplit(server_url).scheme not in {"postgres", "postgresql"}:
        raise SystemExit("CI needs PostgreSQL: DATABASE_URL must begin with postgres://.")
    try:
        return psycopg.connect(url_of(server_url, "postgres"), autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise SystemExit(
            f"CI needs PostgreSQL, and there is none to be had: {str(error).strip()}\n"
            "Start one on 127.0.0.1:5432, or name one in DATABASE_URL."
        ) from None


def drop_all(connection: psycopg.Connection, name: str) -> None:
    """Drop the database, the test databases made beside it, and their copies for parallel workers."""
    like = name.replace("_", r"\_")
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname IN (%s, %s) OR datname LIKE %s",
        [name, f"test_{name}", rf"test\_{like}\_%"],
    )
    for (database,) in rows.fetchall():
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def main(act: str, server_url: str, name: str) -> None:
    if not name.startswith("tally_ci_"):
        raise SystemExit("The name must begin with tally_ci_.")
    if act == "url":
        print(url_of(server_url, name))
        return
    with connect(server_url) as connection:
        if act == "check":
            version, can_create = connection.execute(
                "SELECT version(), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            if not can_create:
                raise SystemExit("CI needs a PostgreSQL user that may create databases.")
            print(version)
        elif act == "create":
            drop_all(connection, name)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        elif act == "drop":
            drop_all(connection, name)
        else:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
