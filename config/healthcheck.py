"""Asks the web server of this container whether it lives: `python -m config.healthcheck`; exit code 1 if not.

Standard library only, and no settings: it runs every few seconds and must not load the shop.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def answers(port: int, path: str, *, host: str = "127.0.0.1") -> bool:
    """Whether the page is there (status 200). Asks this machine, as `host`, and no proxy in between."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host, "Connection": "close"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    port = int(os.environ.get("WEB_BIND", "127.0.0.1:8000").rpartition(":")[2])
    # The shop answers to its own name only.
    host = urlsplit(os.environ.get("PUBLIC_BASE_URL", "")).netloc or "127.0.0.1"
    return 0 if answers(port, "/health/live", host=host) else 1


if __name__ == "__main__":
    sys.exit(main())
