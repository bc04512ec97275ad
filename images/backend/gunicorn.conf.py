"""gunicorn's settings. One worker: a task has half a CPU, and threads wait for MySQL without it."""

import os

from app.observability import LOGGING

bind = "0.0.0.0:4000"
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("DATABASE_POOL_SIZE") or 8)
worker_tmp_dir = "/dev/shm"
# HOME is read-only; the socket is of no use to us.
control_socket_disable = True
# More than the balancer's 60 s: else it sends a request into a connection that closes at that moment.
keepalive = 75
# Longest request < graceful < stopTimeout (30) - 5.
graceful_timeout = 15
timeout = 30
accesslog = None
logconfig_dict = LOGGING
