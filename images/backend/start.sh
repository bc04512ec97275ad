#!/bin/sh
# gunicorn becomes PID 1 either way; without tracing nothing of the tracer is loaded.
set -eu
if [ "${DD_TRACE_ENABLED:-true}" = false ]; then
  exec gunicorn --config /srv/gunicorn.conf.py app:app
fi
exec ddtrace-run gunicorn --config /srv/gunicorn.conf.py app:app
