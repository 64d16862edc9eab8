"""The one door to the web chat: who may come in, by which name, and from which page.

An ASGI middleware round the whole application, so that no route can be forgotten. In order:
`/health` is open; the Host must be a name this server goes by (a page that rebinds its own domain to
this machine carries that domain); a request that another site's page makes is refused; then the
visitor's name and password, where there are any. Uploads that announce too many bytes end here too.
"""

import base64
import binascii
import hmac
import ipaddress
import stat
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

__all__ = ["Gate", "is_loopback", "read_accounts"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 220_000_000
"""Largest request body, in bytes: ten articles of the largest size, with what multipart adds."""

# Gradio's page has inline scripts and makes functions from strings.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_SAFETY_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


def is_loopback(host: str) -> bool:
    """Only this machine can reach a server bound to this host.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
        [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_accounts(path: Path) -> dict[str, str]:
    """Names and passwords from a file with a line `name:password` each; `#` begins a comment line.

    Raises:
        ValueError: The file has no account, a line without both parts, or others may read it.
    """
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise ValueError(f"{path} can be read by others on this machine. Make it private: chmod 600 {path}")
    accounts: dict[str, str] = {}
    for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, password = line.partition(":")
        if not (name and colon and password):
            raise ValueError(f"{path}, line {place}: expected name:password")
        accounts[name] = password
    if not accounts:
        raise ValueError(f"{path} names nobody. Add a line: name:password")
    return accounts


class Gate:
    """Lets a request through to the application, or answers it here.

    Args:
        app: The whole application.
        names: Host names the server goes by, besides localhost and plain addresses, which
            cannot be rebound.
        accounts: Names and passwords; empty lets everyone in.
    """

    def __init__(self, app: App, *, names: Iterable[str] = (), accounts: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._names = {name.lower() for name in names} | {"localhost"}
        self._accounts = dict(accounts or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and stop."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, send, *refusal)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_SAFETY_HEADERS]
            await send(message)

        taken = 0

        async def within_limit() -> MutableMapping[str, Any]:
            # A body sent in pieces need not announce its length.
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= BODY_LIMIT else {"type": "http.disconnect"}

        await self._app(scope, within_limit, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if scope["path"] == "/health":
            return None
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._knows(headers.get("host", "")):
            return 421, "This server does not go by that name."
        if _comes_from_elsewhere(scope, headers):
            return 403, "Another site's page may not use this server."
        if not self._admits(headers.get("authorization", "")):
            return 401, "Name and password, please."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            return 413, "That is too large."
        return None

    def _knows(self, host: str) -> bool:
        name = _without_port(host)
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _admits(self, authorization: str) -> bool:
        if not self._accounts:
            return True
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = self._accounts.get(name)
        # Compared even for an unknown name, so that the time taken does not tell which names exist.
        right = hmac.compare_digest(password.encode(), (expected or "\0").encode())
        return right and expected is not None


def _without_port(host: str) -> str:
    """The name in a Host header.

    Example:
        >>> _without_port("Example.org:80"), _without_port("[::1]:7860"), _without_port("127.0.0.1")
        ('example.org', '::1', '127.0.0.1')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _comes_from_elsewhere(scope: Scope, headers: Mapping[str, str]) -> bool:
    origin = headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2].lower() != headers.get("host", "").lower()
    site = headers.get("sec-fetch-site", "same-origin")
    # A link on another page may open the chat; nothing else may come from another page.
    following_a_link = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
    return site not in ("same-origin", "none") and not following_a_link


async def _refuse(scope: Scope, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="ArticleQA", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
