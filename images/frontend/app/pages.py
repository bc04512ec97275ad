"""The pages. Every action is a plain form, so all of it works without JavaScript."""

import time
import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from app.api import Api, ApiError
from app.settings import Settings

DONE = {"created": "Note saved.", "changed": "Note changed.", "deleted": "Note deleted."}


def blueprint(settings: Settings, api: Api) -> Blueprint:
    pages = Blueprint("pages", __name__)

    @pages.get("/health")
    def health():
        return {"status": "ok"}

    @pages.get("/version")
    def version():
        return {
            "service": settings.service,
            "env": settings.env,
            "version": settings.version,
            "commit": settings.commit,
        }

    @pages.get("/")
    def index():
        return listing(done=DONE.get(request.args.get("done", "")))

    @pages.post("/create")
    def create():
        title, text = fields()
        key = request.form.get("key") or None
        try:
            api.create(title, text, key)
        except ApiError as error:
            return listing(error=error, title=title, text=text, key=key)
        return redirect(url_for("pages.index", done="created"), 303)

    @pages.get("/notes/<int:note_id>")
    def edit(note_id: int):
        note = api.get(note_id)
        return render_template("note.html", note=note, title=note["title"], text=note["text"])

    @pages.post("/notes/<int:note_id>")
    def change(note_id: int):
        title, text = fields()
        try:
            api.change(note_id, title, text)
        except ApiError as error:
            return render_template("note.html", note={"id": note_id}, title=title, text=text, error=error), error.status
        return redirect(url_for("pages.index", done="changed"), 303)

    @pages.get("/notes/<int:note_id>/delete")
    def confirm(note_id: int):
        return render_template("delete.html", note=api.get(note_id))

    @pages.post("/notes/<int:note_id>/delete")
    def remove(note_id: int):
        try:
            api.remove(note_id)
        except ApiError as error:
            # Gone already is what was asked for.
            if error.status != 404:
                raise
        return redirect(url_for("pages.index", done="deleted"), 303)

    def listing(error: ApiError | None = None, **values):
        after = request.args.get("after", "")
        page = {"notes": [], "next": None, "failed": True}
        # An API that just failed is not asked again while the visitor waits.
        if error is None or error.status < 500:
            try:
                page = api.page(int(after) if after.isdecimal() else None)
            except ApiError as failure:
                error = error or failure
        key = values.pop("key", None) or str(uuid.uuid4())
        return render_template("index.html", page=page, error=error, key=key, first=not after, **values), (
            error.status if error else 200
        )

    @pages.app_errorhandler(ApiError)
    def api_error(error: ApiError):
        return render_template("error.html", message=error.message, retry=error.status >= 500), error.status

    @pages.app_errorhandler(HTTPException)
    def http_error(error: HTTPException):
        text = {404: "There is no such page.", 403: "This form was sent from another site.", 413: "That is too long."}
        status = error.code or 500
        return render_template("error.html", message=text.get(status, "That did not work."), retry=False), status

    return pages


def fields() -> tuple[str, str]:
    # A browser sends line ends as CRLF.
    return request.form.get("title", "").strip(), request.form.get("text", "").replace("\r\n", "\n")


def now_ms() -> int:
    return int(time.time() * 1000)
