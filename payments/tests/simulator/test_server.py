"""What strangers send never becomes a 5xx, and never stops the server."""

import random
import socket
import threading

import pytest
import requests

from payments.simulator import server

HEAD = b"Host: 127.0.0.1\r\nAuthorization: Bearer sk_test_x\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"


def send(simulator, data):
    """Send raw bytes and return the whole answer; an empty one if the line was dropped."""
    with socket.create_connection(("127.0.0.1", simulator.server.server_port), timeout=3) as line:
        answer = b""
        try:
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65536):
                answer += chunk
        except ConnectionError:
            pass
    return answer


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\r\n\r\n", 0),
        (b"\x00\xff\xfe\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"BREW /v1/events HTTP/1.1\r\n" + HEAD + b"\r\n", 404),
        (b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n", 404),
        (b"GET /v1/events?limit=%FF HTTP/1.1\r\n" + HEAD + b"\r\n", 400),
        (b"GET /v1/events/%00%ff/../x HTTP/1.1\r\n" + HEAD + b"\r\n", 404),
        (b"GET /v1/events/\xff\xfe HTTP/1.1\r\n" + HEAD + b"\r\n", 404),
        (b"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\xff\r\n\r\n", 401),
        (b"GET /pay/\xff HTTP/1.1\r\n\r\n", 404),
        (b"GET /static/%2e%2e/server.py HTTP/1.1\r\n\r\n", 404),
        (b"GET /static/\x00 HTTP/1.1\r\n\r\n", 404),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Content-Length: -5\r\n\r\n", 400),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Content-Length: 9\r\n\r\nshort", 0),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\n\r\na=\xff", 400),
        (b"POST /v1/refunds HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\n\r\n\x00\x00\x00", 400),
        (
            b"POST /v1/refunds HTTP/1.1\r\n"
            + FORM
            + b"Idempotency-Key: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
            400,
        ),
        (
            b"POST /v1/refunds HTTP/1.1\r\n"
            + HEAD
            + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            400,
        ),
        (
            b"POST /v1/refunds HTTP/1.1\r\n"
            + HEAD
            + b"Content-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\n--",
            400,
        ),
        (b"POST /_control/reset HTTP/1.1\r\nHost: [::\r\nContent-Length: 0\r\n\r\n", 403),
    ],
)
def test_what_is_no_proper_request_is_the_senders_fault(simulator, data, expected):
    assert status(send(simulator, data)) == expected


@pytest.mark.parametrize(
    "path", ["/v1/checkout/sessions", "/v1/refunds", "/v1/disputes/x", "/pay/cs_test_x", "/_control/faults"]
)
def test_random_bytes_are_never_a_5xx(simulator, path):
    chance = random.Random(path)
    for _ in range(60):
        body = bytes(
            chance.choice(b'abc[]=&%+\x00\xff0123456789\r\n"{}') for _ in range(chance.randrange(80))
        )
        head = f"POST {path} HTTP/1.1\r\n".encode() + FORM + f"Content-Length: {len(body)}\r\n\r\n".encode()
        assert 400 <= status(send(simulator, head + body)) < 500


def test_a_giant_body_is_refused_unread(simulator):
    body = b"a=" + b"x" * server.MAX_BODY

    answer = send(
        simulator,
        b"POST /v1/refunds HTTP/1.1\r\n"
        + FORM
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body[:1000],
    )

    assert status(answer) == 413


def test_one_connection_serves_many_requests(simulator):
    request = b"GET /v1/events HTTP/1.1\r\n" + HEAD + b"\r\n"

    assert send(simulator, request * 3).count(b"HTTP/1.1 200 OK") == 3


def test_a_head_request_has_no_body(simulator, new_session):
    path = new_session().url.removeprefix(simulator.url)

    answer = send(simulator, f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\n")


def test_many_at_once_are_served(simulator, client):
    answers = []

    def ask():
        answers.append(
            requests.get(
                f"{simulator.url}/v1/events", headers={"Authorization": "Bearer sk_test_x"}, timeout=20
            ).status_code
        )

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 100


def test_a_bug_of_ours_is_logged_and_told_without_details(simulator, caplog, monkeypatch):
    monkeypatch.setattr(simulator.api, "answer", lambda request: 1 / 0)

    answer = requests.get(f"{simulator.url}/v1/events", timeout=5)

    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in answer.text


def test_stopping_ends_what_hangs(tmp_path):
    from payments.simulator import Simulator
    from payments.tests.simulator.conftest import make_client

    simulator = Simulator(tmp_path / "s.sqlite3", control=True).start()
    requests.post(
        f"{simulator.url}/_control/faults", json={"endpoint": "*", "kind": "hang", "seconds": 60}, timeout=5
    )
    failed = threading.Event()

    def ask():
        try:
            make_client(simulator, timeout=30).v1.events.list()
        except Exception:
            failed.set()

    threading.Thread(target=ask, daemon=True).start()
    while simulator.faults.list():
        pass
    simulator.stop()

    assert failed.wait(5)
