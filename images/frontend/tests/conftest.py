import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app import create_app
from app.settings import Settings

NOTE = {"id": 7, "title": "Milk & eggs", "text": "two\nlines", "created_at": "2026-01-02T03:04:05.000000Z"}
RUM = {"RUM_APPLICATION_ID": "application-placeholder", "RUM_CLIENT_TOKEN": "token-placeholder"}


def settings(**overrides: str) -> Settings:
    return Settings.from_environment({"API_URL": "http://api.invalid:4000", "APP_ENV": "test"} | overrides)


class FakeApi:
    """An HTTP server on the loopback that answers what a test put in and keeps what it was asked."""

    def __init__(self):
        self.answers: dict[str, tuple[int, dict | None]] = {"GET /notes": (200, {"notes": [NOTE], "next": None})}
        self.asked: list[tuple[str, dict, dict]] = []
        self.delay = threading.Event()
        self.slow = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                fake.asked.append((f"{self.command} {self.path}", body, dict(self.headers)))
                if fake.slow:
                    fake.delay.wait(10)
                status, answer = fake.answers[f"{self.command} {self.path.partition('?')[0]}"]
                data = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def api():
    fake = FakeApi()
    yield fake
    fake.delay.set()
    fake.server.shutdown()


@pytest.fixture
def client(api):
    return create_app(settings(API_URL=api.url)).test_client()
