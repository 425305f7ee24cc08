"""The server as it is configured: a request that hangs in one worker keeps nobody waiting while another is free."""

import http.client
import os
import subprocess
import sys
import threading
import time

import pytest

from config.tests.running import free_port

SHARING = "config.gunicorn_worker.SharingWorker"
PATIENCE = 2


@pytest.fixture
def serve(tmp_path, request):
    """Start gunicorn with two workers; returns the port and the file that sets /held free."""

    def start(worker_class, *, threads=1):
        port, release = free_port(), tmp_path / "release"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "-k", worker_class),
                *("-b", f"127.0.0.1:{port}", "config.tests.held_site:application"),
            ],
            env={
                **os.environ,
                "WEB_WORKERS": "2",
                "WEB_THREADS": str(threads),
                "WEB_LOG_LEVEL": "error",
                "HELD_UNTIL": str(release),
            },
            cwd=request.config.rootpath,
        )
        request.addfinalizer(process.wait)
        request.addfinalizer(process.terminate)
        request.addfinalizer(release.touch)
        _wait_for(port)
        return port, release

    return start


def _wait_for(port):
    give_up_at = time.monotonic() + 20
    while not _answers(port):
        assert time.monotonic() < give_up_at, "gunicorn did not start"
        time.sleep(0.05)


def _answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read() == b"ok"
    except OSError:
        return False
    finally:
        connection.close()


def _hold(port):
    """Occupy one worker; the thread ends with the answer."""
    answers = []

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/held")
        answers.append(connection.getresponse().read())

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)  # nobody tells from outside that a worker has taken it
    return thread, answers


def test_a_hanging_request_keeps_nobody_waiting_while_a_worker_is_free(serve):
    port, release = serve(SHARING)
    holding, held = _hold(port)

    answered = [_answers(port) for _ in range(30)]

    release.touch()
    holding.join()
    assert all(answered)
    assert held == [b"ok"]


def test_gunicorns_own_worker_lets_visitors_wait_behind_it(serve):
    """The control: without our worker class the same visitors wait in vain."""
    port, release = serve("gthread")
    holding, _ = _hold(port)

    answered = []
    while len(answered) < 200 and all(answered):
        answered.append(_answers(port))

    release.touch()
    holding.join()
    assert not all(answered)


def test_a_connection_is_kept_while_threads_are_free(serve):
    port, _ = serve(SHARING, threads=4)

    # One of the first may meet threads that have just answered and are not free again yet.
    assert not all(_will_close(port) for _ in range(10))


def test_a_connection_lines_up_anew_once_all_threads_are_busy(serve):
    port, _ = serve(SHARING, threads=1)

    assert _will_close(port)


def _will_close(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.will_close
