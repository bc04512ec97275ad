"""Puts the application together from its settings."""

import logging.config

from flask import Flask

from app import observability, problems, routes
from app.database import Database
from app.parameters import ParameterStore
from app.settings import Settings

MAX_BODY_BYTES = 64 * 1024


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    logging.config.dictConfig(observability.LOGGING)
    settings = settings or Settings.from_environment()
    app = Flask("app", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False
    observability.register(app)
    problems.register(app)
    app.register_blueprint(routes.blueprint(settings, database or Database(settings, ParameterStore(settings))))
    return app
