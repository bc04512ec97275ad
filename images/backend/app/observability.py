"""JSON log lines that carry the trace. The same file serves both images; a test keeps them equal."""

import logging
import re
import sys
import time
import uuid
from typing import Any

from flask import Flask, g, request

# Asked every few seconds by the balancer and the agent: neither a trace nor a line each.
QUIET_PATHS = ("/health", "/ready")
TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s",
            "rename_fields": {"levelname": "status", "name": "logger"},
            "timestamp": True,
        }
    },
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
access = logging.getLogger("app.access")


def trace_id() -> str:
    """The id to search for: the tracer's, else the caller's, else the request id that nginx gave."""
    if span := root_span():
        return f"{span.trace_id:032x}"
    parent = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return parent.group(1) if parent else g.get("request_id", "")


def root_span() -> Any:
    tracer = _tracer()
    return tracer.current_root_span() if tracer else None


def register(app: Flask) -> None:
    _drop_quiet_traces()

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.request_id = clean(request.headers.get("X-Request-ID", "")) or uuid.uuid4().hex

    @app.after_request
    def line(response):
        if request.path not in QUIET_PATHS:
            # The rule, not the path: ids and whatever else a visitor types stay out of the lines.
            access.info(
                "request",
                extra={
                    "http.method": request.method,
                    "http.route": request.url_rule.rule if request.url_rule else "none",
                    "http.status_code": response.status_code,
                    "duration_ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 2),
                    "request_id": g.get("request_id", ""),
                },
            )
        return response


def clean(value: str) -> str:
    return value if re.fullmatch(r"[\w-]{1,64}", value) else ""


def _tracer() -> Any:
    # Present only when `ddtrace-run` started us: without a tracer nothing of it is even imported.
    module = sys.modules.get("ddtrace")
    return module.tracer if module else None


def _drop_quiet_traces() -> None:
    tracer = _tracer()
    if tracer is None:
        return
    from ddtrace.trace import TraceFilter

    class Quiet(TraceFilter):
        def process_trace(self, trace):
            path = trace[0].resource.rpartition(" ")[2] if trace else ""
            return None if path in QUIET_PATHS else trace

    tracer.configure(trace_processors=[Quiet()])
