"""A WSGI site for the tests of the server: /held answers when the file HELD_UNTIL exists, everything else at once."""

import os
import time

SECONDS = 20


def application(environ, start_response):
    if environ["PATH_INFO"] == "/held":
        give_up_at = time.monotonic() + SECONDS
        while not os.path.exists(os.environ["HELD_UNTIL"]) and time.monotonic() < give_up_at:
            time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
