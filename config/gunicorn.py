"""How gunicorn serves the shop: `gunicorn --config config/gunicorn.py`, in the demo and in the image alike.

Threads, because a request waits for the database most of its time. Every bound here is there so that one
client, or one worker that leaks, is an annoyance and not an outage.
"""

import os
from pathlib import Path

wsgi_app = "config.wsgi:application"
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")

# Threads that wait in one process must not keep visitors from the other one.
worker_class = "config.gunicorn_worker.SharingWorker"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# A pool or an open connection must not be shared by forked workers, so each of them loads the shop itself.
preload_app = False

# A worker that does not report for this long is replaced (seconds).
timeout = 30
# On SIGTERM, requests under way get this long; keep it under the platform's own patience.
graceful_timeout = 25
keepalive = 5
# Renews workers in turn, so that slow leaks never add up; the jitter keeps them from leaving together.
max_requests = 5000
max_requests_jitter = 500

# In a rush a place in line comes late rather than never: a connection that finds no room here is tried again by the
# kernel of whoever comes after one second, three, seven …
backlog = 2048
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# gunicorn 25.1 and later open a control socket in the home directory: two shops of one user would share it,
# and the image's user has no home. Signals do all we need.
control_socket_disable = True

# The shop logs its requests itself, with their ids; gunicorn reports only itself.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")
