"""The shop with a counter: each request writes "METHOD PATH STATUS STATEMENTS" to the file BENCH_COUNTS.

BEGIN and COMMIT are not counted, savepoints are. For one worker with one thread.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection


class Counted:
    def __init__(self, application: Callable[..., Iterable[bytes]], file: Path):
        self.application = application
        self.file = file

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        statements, answer = 0, ""

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(*args)

        def begin(status: str, *args: Any) -> Any:
            nonlocal answer
            answer = status.split()[0]
            return start_response(status, *args)

        with connection.execute_wrapper(count):
            body = self.application(environ, begin)
        with self.file.open("a") as file:
            file.write(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {answer} {statements}\n")
        return body


application = Counted(get_wsgi_application(), Path(os.environ["BENCH_COUNTS"]))
