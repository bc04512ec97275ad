#!/bin/bash
# PID 1 of the frontend: renders and checks nginx's configuration, starts nginx and gunicorn, and ends when either does.
set -uo pipefail

mkdir -p /tmp/nginx
# Python's message names the variable.
python -m app.render /tmp/nginx/default.conf || exit 1
if ! check=$(nginx -t -q -c /srv/nginx.conf 2>&1); then
  echo "$check" >&2
  echo "cannot start: nginx refuses what default.j2 renders from API_URL='${API_URL:-}' and TRUSTED_PROXIES='${TRUSTED_PROXIES:-}'" >&2
  exit 1
fi

run=(gunicorn --config /srv/gunicorn.conf.py app:app)
[ "${DD_TRACE_ENABLED:-true}" = false ] || run=(ddtrace-run "${run[@]}")
stopping= nginx=
# nginx first: what it has accepted still needs gunicorn.
trap 'stopping=yes; kill -QUIT ${nginx:+"$nginx"} 2>/dev/null' TERM INT QUIT

"${run[@]}" &
gunicorn=$!
# A port that is open answers: nginx waits for gunicorn, so nobody sees a 502 of a start.
until (: </dev/tcp/127.0.0.1/8000) 2>/dev/null; do
  [ -z "$stopping" ] && kill -0 "$gunicorn" 2>/dev/null || break
  sleep 0.05
done
# nginx cannot write its errors as JSON.
nginx -c /srv/nginx.conf 2> >(
  exec sed --unbuffered --expression 's/[\\"]/\\&/g; s/[[:cntrl:]]/ /g' \
    --expression 's/.*/{"status":"ERROR","logger":"nginx.error","message":"&"}/' >&2
) &
nginx=$!
[ -z "$stopping" ] || kill -QUIT "$nginx"

# The first child that ends, or a signal.
wait -n "$gunicorn" "$nginx"
status=$?
if [ -n "$stopping" ]; then
  wait "$nginx"
  kill -TERM "$gunicorn" 2>/dev/null
  wait "$gunicorn"
  exit 0
fi

echo "stopping: nginx or gunicorn ended with status $status" >&2
kill -TERM "$nginx" "$gunicorn" 2>/dev/null
# Half a service is worse than none: nobody waits for the other half.
sleep 0.3
kill -KILL "$nginx" "$gunicorn" 2>/dev/null
[ "$status" -ne 0 ] || status=1
exit "$status"
