"""gunicorn's settings. One worker: a task has half a CPU, and threads wait for MySQL without it."""

import os

from gunicorn.workers import gthread

from app.observability import LOGGING

# A stopping worker keeps idle connections this long for a request that may be on its way. Two seconds, the default, are
# the whole of what a stop may take.
gthread.STOP_KEEPALIVE_LINGER = 0.25

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
