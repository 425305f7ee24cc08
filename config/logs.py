"""Log lines as JSON, one a line, in UTC, so that a text from outside can never forge a second line."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

# The request, or the piece of background work, that the current line belongs to.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Anything this long between slashes may be a key to somebody's order or password.
_SECRET_PART = re.compile(r"(?<=/)[^/\s]{20,}")


def without_secrets(path: str) -> str:
    """The path with its long parts left out: tokens of guest orders and reset links stay out of logs."""
    return _SECRET_PART.sub("…", path)


class JsonFormatter(logging.Formatter):
    """Write time, level, logger, message, the request's id, extra `facts` and, where there is one, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if hasattr(record, "request"):  # Django's own lines about a request name its path
            message = without_secrets(message)
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        if current := request_id.get():
            line["request"] = current
        line.update(getattr(record, "facts", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        # ASCII only, so that no odd character from outside can break a terminal or the stream's encoding.
        return json.dumps(line, default=str)
