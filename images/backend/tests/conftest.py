import pytest

from app import create_app
from app.settings import Settings

PLAIN = {
    "APP_ENV": "test",
    "DATABASE_NAME": "cloudpe",
    "DATABASE_ENDPOINT": "db.invalid:3307",
    "DATABASE_USERNAME": "application",
    "DATABASE_PASSWORD": "first-placeholder",
    "DATABASE_TLS": "encrypt",
}


def settings(**overrides: str) -> Settings:
    return Settings.from_environment(PLAIN | overrides)


class FakeDatabase:
    """Stands where MySQL would: answers every unit of work with what a test put in, or raises it."""

    def __init__(self):
        self.answer = None
        self.calls = 0
        self.is_ready = True

    def run(self, _work, *, repeatable=True):
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def ready(self):
        return self.is_ready


@pytest.fixture
def database():
    return FakeDatabase()


@pytest.fixture
def client(database):
    return create_app(settings(), database).test_client()
