"""The API's routes; `openapi.json` beside this file says the same to machines."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from app import notes
from app.database import Database
from app.problems import problem
from app.settings import Settings

OPENAPI = Path(__file__).with_name("openapi.json")
KEY = re.compile(r"[\x21-\x7e]{1,128}")


def blueprint(settings: Settings, database: Database) -> Blueprint:
    routes = Blueprint("api", __name__)

    @routes.get("/health")
    def health():
        """The process only: a database that is away for a minute must not kill every task."""
        return {"status": "ok"}

    @routes.get("/ready")
    def ready():
        if database.ready():
            return {"status": "ready"}
        response = problem(503, "The database does not answer")
        response.headers["Retry-After"] = "2"
        return response

    @routes.get("/version")
    def version():
        return {
            "service": settings.service,
            "env": settings.env,
            "version": settings.version,
            "commit": settings.commit,
        }

    @routes.get("/openapi.json")
    def openapi():
        return Response(OPENAPI.read_bytes(), mimetype="application/json")

    @routes.post("/create")
    def create():
        note = body()
        key = idempotency_key()
        try:
            made, replayed = database.run(
                lambda connection: notes.create(connection, note, key), repeatable=key is not None
            )
        except notes.KeyReused:
            return problem(409, "This Idempotency-Key came before with other content")
        except notes.NoteGone:
            return problem(409, "This Idempotency-Key made a note that was deleted since")
        response = jsonify(made)
        response.status_code = 201
        response.headers["Location"] = f"/notes/{made['id']}"
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    @routes.get("/notes")
    def page():
        query = notes.PageQuery.model_validate(request.args.to_dict())
        found, following = database.run(lambda connection: notes.page(connection, query))
        response = jsonify({"notes": found, "next": following})
        if following is not None:
            response.headers["Link"] = f'</notes?limit={query.limit}&after={following}>; rel="next"'
        return response

    @routes.get("/notes/<int:note_id>")
    def show(note_id: int):
        return found(database.run(lambda connection: notes.get(connection, note_id)))

    @routes.put("/notes/<int:note_id>")
    def change(note_id: int):
        note = body()
        return found(database.run(lambda connection: notes.change(connection, note_id, note)))

    @routes.delete("/notes/<int:note_id>")
    def remove(note_id: int):
        if not database.run(lambda connection: notes.remove(connection, note_id), repeatable=False):
            abort(404, "There is no such note")
        return "", 204

    return routes


def body() -> notes.NoteInput:
    try:
        value = request.get_json()
    except UnsupportedMediaType:
        abort(415, "The body must be application/json")
    except HTTPException as error:
        abort(error.code or 400, "The body is too large" if error.code == 413 else "The body must be JSON")
    return notes.NoteInput.model_validate(value)


def idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        abort(400, "The Idempotency-Key must be 1 to 128 visible ASCII characters")
    return key


def found(note: dict | None):
    if note is None:
        abort(404, "There is no such note")
    return note
