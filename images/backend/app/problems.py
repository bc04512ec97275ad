"""Errors as RFC 9457 problem details: what went wrong and the trace to look at, never the driver's words."""

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.database import DatabaseUnavailable
from app.observability import trace_id

RETRY_AFTER_SECONDS = 2

log = logging.getLogger("app.problems")


def problem(status: int, detail: str, **more) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    response = jsonify(body | more | {"trace_id": trace_id()})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def register(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        response = problem(error.code or 500, error.description or "")
        if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> Response:
        errors = [
            {"field": ".".join(map(str, item["loc"])) or "body", "message": item["msg"]}
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        return problem(422, "The input was refused", errors=errors)

    @app.errorhandler(DatabaseUnavailable)
    def unavailable(error: DatabaseUnavailable) -> Response:
        log.warning("database unavailable: %s", error)
        response = problem(503, "The database cannot be reached now; please try again")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # The type only: an error of the driver quotes the statement with the user's text in it.
        log.error("unexpected error: %s", type(error).__name__, exc_info=None)
        return problem(500, "Something went wrong on our side")
