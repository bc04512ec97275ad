"""gunicorn's settings. One worker: a task has half a CPU, and threads wait for the API without it."""

from gunicorn.workers import gthread

from app.observability import LOGGING

# A stopping worker keeps idle connections this long for a request that may be on its way. Two seconds, the default, are
# the whole of what a stop may take.
gthread.STOP_KEEPALIVE_LINGER = 0.25

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 1
threads = 8
worker_tmp_dir = "/dev/shm"
# HOME is read-only; the socket is of no use to us.
control_socket_disable = True
# More than nginx's 60 s towards us.
keepalive = 75
graceful_timeout = 15
timeout = 30
forwarded_allow_ips = "127.0.0.1"
accesslog = None
logconfig_dict = LOGGING
