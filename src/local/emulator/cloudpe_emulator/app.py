"""The ASGI application: MiniStack on the API's port, load balancers on every other port that is bound.

python -m hypercorn cloudpe_emulator.app:app --bind 0.0.0.0:4566 --bind 0.0.0.0:80
"""

import asyncio
import contextvars
import logging
import platform

import docker
import ministack.app as ministack
from ministack.core.responses import (
    StreamingResponse,
    get_account_id,
    json_response,
    request_scope,
)
from ministack.core.router import extract_access_key_id, extract_region
from ministack.core.sigv4 import decode_header_value
from ministack.services import alb

from . import balancers, dns, gaps, patch, settings
from .services import autoscaling, ecs_states, ecs_stop, elbv2_health

patch.install()

logger = logging.getLogger("cloudpe")


def _headers(scope):
    headers = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), decode_header_value(value)
        separator = "; " if key == "cookie" else ", "
        headers[key] = headers[key] + separator + text if key in headers else text
    return headers


async def _body(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _respond(send, receive, response):
    status, headers, body = response
    if isinstance(body, StreamingResponse):
        await ministack._send_streaming_response(send, receive, status, headers, body)
    else:
        await ministack._send_response(send, status, dict(headers), body)


async def _balance(scope, receive, send):
    """One request to a listener: its Host names the load balancer, else the port does.

    Gap: MiniStack serves load balancers on the API's port alone, by a name that nothing resolves, and keeps paths
    such as `/health` for itself.
    """
    headers, port = _headers(scope), scope["server"][1]
    found = balancers.by_name(
        headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    ) or balancers.by_port(port)
    if not found:
        text = f"no load balancer listens on port {port}\n".encode()
        return await _respond(send, receive, (503, {"Content-Type": "text/plain"}, text))
    (account, region), balancer = found
    query = scope.get("query_string", b"").decode("latin-1")
    body = await _body(receive)
    with request_scope(account, region):
        response = await alb.dispatch_request(
            balancer,
            scope["method"],
            scope["path"],
            headers,
            body,
            ministack.parse_qs(query, keep_blank_values=True),
            port,
            client_ip=(scope.get("client") or ("127.0.0.1",))[0],
            raw_query_string=query,
            raw_path=(scope.get("raw_path") or b"").decode("latin-1") or None,
        )
        return await _respond(send, receive, response)


async def _scale(scope, receive, send, headers):
    """Application Auto Scaling, which MiniStack's router does not know."""
    body = await _body(receive)
    account = extract_access_key_id(headers, {}) or ""
    with request_scope(
        account if account.isdigit() and len(account) == 12 else get_account_id(), extract_region(headers, {})
    ):
        response = await asyncio.to_thread(contextvars.copy_context().run, autoscaling.handle, headers, body)
    await _respond(send, receive, response)


def _health():
    return json_response(
        {
            "status": "ready",
            "name": settings.NAME,
            "network": settings.NETWORK,
            "ministack": patch.MINISTACK_VERSION,
            "python": platform.python_version(),
            "gaps": [module.__name__.rpartition(".")[2] for module in gaps.MODULES],
            "wrapped": patch.installed(),
        }
    )


def _start_background():
    elbv2_health.start()
    try:
        dns.start()
    except OSError as error:
        raise RuntimeError(f"the resolver cannot listen on port 53: {error}") from error


async def _live(scope, receive, send):
    """MiniStack's own start and end, with ours around it."""

    async def receive_and_note():
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            ecs_states.stopping.set()
        return message

    async def send_when_done(message):
        # MiniStack has removed the containers by now.
        await asyncio.to_thread(_remove_volumes)
        if message["type"] == "lifespan.startup.complete":
            _start_background()
        await send(message)

    await ministack.app(scope, receive_and_note, send_when_done)


def _remove_volumes():
    try:
        ecs_stop.remove_volumes()
    except (docker.errors.DockerException, OSError) as error:
        logger.warning("Docker does not answer: %s", error)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await _live(scope, receive, send)
    if scope["type"] == "http":
        if scope["server"][1] != settings.API_PORT:
            return await _balance(scope, receive, send)
        if scope["path"] == "/_cloudpe/health":
            return await _respond(send, receive, _health())
        headers = _headers(scope)
        if headers.get("x-amz-target", "").startswith(autoscaling.TARGET_PREFIX):
            return await _scale(scope, receive, send, headers)
    return await ministack.app(scope, receive, send)
