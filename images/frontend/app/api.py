"""The client of the notes API: one pool of connections, a limit on every wait, and errors a page can show."""

import json
import uuid
from typing import Any

import urllib3

CONNECT_SECONDS = 1
READ_SECONDS = 8
PAGE_SIZE = 20


class ApiError(Exception):
    """What the visitor is told, and the status that goes with it."""

    def __init__(self, status: int, message: str, fields: dict[str, str] | None = None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = fields or {}


class Api:
    def __init__(self, base_url: str, pool: urllib3.PoolManager | None = None):
        self._base_url = base_url
        self._pool = pool or urllib3.PoolManager(
            maxsize=16, timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), retries=False
        )

    def page(self, after: int | None) -> dict[str, Any]:
        return self._call("GET", f"/notes?limit={PAGE_SIZE}" + (f"&after={after}" if after else ""))

    def get(self, note_id: int) -> dict[str, Any]:
        return self._call("GET", f"/notes/{note_id}")

    def create(self, title: str, text: str, key: str | None) -> dict[str, Any]:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._call("POST", "/create", {"title": title, "text": text}, headers)

    def change(self, note_id: int, title: str, text: str) -> dict[str, Any]:
        return self._call("PUT", f"/notes/{note_id}", {"title": title, "text": text})

    def remove(self, note_id: int) -> None:
        self._call("DELETE", f"/notes/{note_id}")

    def _call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        headers = dict(headers or {})
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        try:
            answer = self._pool.request(method, self._base_url + path, body=body, headers=headers)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ApiError(504, "The notes service is slow right now. Your change may or may not be saved.") from error
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(503, "The notes service cannot be reached right now.") from error
        if answer.status >= 400:
            raise refusal(answer)
        return json.loads(answer.data) if answer.data else None


def refusal(answer: urllib3.BaseHTTPResponse) -> ApiError:
    try:
        problem = json.loads(answer.data)
    except ValueError:
        problem = {}
    if answer.status == 422:
        fields = {error["field"]: error["message"] for error in problem.get("errors", ())}
        return ApiError(422, "Please check the marked fields.", fields)
    if answer.status == 404:
        return ApiError(404, "There is no such note. Perhaps it was deleted.")
    if answer.status in (409, 410, 413):
        return ApiError(answer.status, problem.get("detail", "The notes service refused this."))
    return ApiError(503, "The notes service has a problem right now.")
