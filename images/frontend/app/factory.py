"""Puts the application together from its settings."""

import hashlib
import logging.config
from pathlib import Path

from flask import Flask

from app import observability, pages, security
from app.api import Api
from app.settings import Settings

MAX_BODY_BYTES = 64 * 1024


def create_app(settings: Settings | None = None, api: Api | None = None) -> Flask:
    logging.config.dictConfig(observability.LOGGING)
    settings = settings or Settings.from_environment()
    app = Flask("app")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    observability.register(app)
    security.register(app, settings)
    app.register_blueprint(pages.blueprint(settings, api or Api(settings.api_url)))

    files = {file.name: fingerprint(file) for file in Path(app.static_folder).iterdir()}

    @app.context_processor
    def common() -> dict:
        return {
            "settings": settings,
            "static": lambda name: f"/static/{name}?v={files[name]}",
            "trace_id": observability.trace_id,
            "document_trace_id": document_trace_id,
            "now_ms": pages.now_ms,
        }

    return app


def document_trace_id() -> str:
    """As the browser's SDK writes the ids of its own requests: the lower 64 bits, decimal. Empty without a tracer."""
    span = observability.root_span()
    return str(span.trace_id & (2**64 - 1)) if span else ""


def fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
