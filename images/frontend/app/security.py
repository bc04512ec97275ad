"""What a browser may load and who may post: the content security policy, the usual headers, no cross-site writes."""

from urllib.parse import urlsplit

from flask import Flask, abort, request

from app.settings import Settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def register(app: Flask, settings: Settings) -> None:
    headers = {
        "Content-Security-Policy": policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }

    @app.before_request
    def refuse_cross_site_writes() -> None:
        if request.method not in SAFE_METHODS and not same_origin():
            abort(403)

    @app.after_request
    def add(response):
        response.headers.extend(headers)
        if request.headers.get("X-Forwarded-Proto") == "https":
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def same_origin() -> bool:
    """The browser says where a request comes from; no cookie and no secret shared between tasks is needed for it.

    Every browser since 2023 sends Sec-Fetch-Site (over HTTPS and to localhost); older ones send Origin with a form.
    A client that sends neither is no browser, and has nobody's session to abuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    sender = request.headers.get("Origin")
    return sender is None or urlsplit(sender).netloc == request.host


def policy(settings: Settings) -> str:
    rules = {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
    }
    if settings.rum:
        rules["script-src"].append(settings.rum.sdk_origin)
        rules["connect-src"].append(settings.rum.intake_origin)
        # Session Replay compresses in a worker that the SDK makes from a blob.
        rules["worker-src"] = ["blob:"]
    return "; ".join(f"{name} {' '.join(dict.fromkeys(values))}" for name, values in rules.items())
