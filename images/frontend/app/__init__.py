"""The pages of the notes application: Flask behind nginx, in front of the API."""

from app.factory import create_app

__all__ = ["create_app"]


def __getattr__(name: str):
    # `gunicorn app:app` without work at import: the tests import this package and need no environment.
    if name == "app":
        return create_app()
    raise AttributeError(name)
