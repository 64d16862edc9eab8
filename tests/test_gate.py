import asyncio
import base64

import pytest

from ui.gate import BODY_LIMIT, Gate, is_loopback, read_accounts


async def _inner(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def knock(gate, *, path="/", method="GET", kind="http", **headers):
    """The answer's status and headers to one request with these headers (underscores for hyphens)."""
    sent = []
    given = {"host": "127.0.0.1:7860"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": kind,
        "path": path,
        "method": method,
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value is not None],
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return sent[0].get("status", sent[0].get("code")), dict(sent[0].get("headers", ()))


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


OPEN = Gate(_inner)
LOCKED = Gate(_inner, accounts={"ann": "pä:ss", "bo": "x"})


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:1", "[::1]:7860", "192.168.1.4:7860"])
def test_its_own_names_and_plain_addresses_come_in(host):
    assert knock(OPEN, host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "", None])
def test_a_name_rebound_to_this_machine_is_refused(host):
    assert knock(OPEN, host=host)[0] == 421


def test_a_name_given_at_the_start_comes_in():
    assert knock(Gate(_inner, names=["News.Example.org"]), host="news.example.org:80")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:7860"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_pages_requests_are_refused(origin, method):
    assert knock(OPEN, method=method, origin=origin)[0] == 403


def test_the_own_pages_requests_come_in():
    assert knock(OPEN, method="POST", origin="http://127.0.0.1:7860", sec_fetch_site="same-origin")[0] == 200


def test_a_link_on_another_page_may_open_the_chat_but_nothing_else():
    assert knock(OPEN, sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200
    assert knock(OPEN, sec_fetch_site="cross-site", sec_fetch_mode="no-cors")[0] == 403
    assert knock(OPEN, sec_fetch_site="same-site", sec_fetch_mode="cors")[0] == 403
    assert knock(OPEN, method="POST", sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 403


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/look/chat.css", "/healthy", "/health/x"])
def test_without_name_and_password_nothing_but_health_is_open(path):
    status, headers = knock(LOCKED, path=path)
    assert status == 401
    assert headers[b"www-authenticate"].startswith(b"Basic")
    assert knock(LOCKED, path="/health", host="anything.example")[0] == 200


def test_the_right_name_and_password_come_in():
    assert knock(LOCKED, authorization=basic("ann", "pä:ss"))[0] == 200


@pytest.mark.parametrize(
    "sent",
    [basic("ann", "x"), basic("eve", "x"), basic("ann", ""), basic("", ""), "Basic !!", "Basic /w==", "Bearer x", ""],
)
def test_anything_else_stays_outside(sent):
    assert knock(LOCKED, authorization=sent)[0] == 401


def test_a_request_too_large_ends_at_the_door():
    assert knock(OPEN, method="POST", content_length=str(BODY_LIMIT + 1))[0] == 413
    assert knock(OPEN, method="POST", content_length="many")[0] == 413


def test_a_body_in_pieces_ends_at_the_limit():
    heard = []

    async def hungry(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            heard.append(len(message["body"]))

    async def endless():
        return {"type": "http.request", "body": bytes(BODY_LIMIT // 2), "more_body": True}

    async def send(message):
        raise AssertionError(message)

    scope = {"type": "http", "path": "/", "method": "POST", "headers": [(b"host", b"localhost")]}
    asyncio.run(Gate(hungry)(scope, endless, send))
    assert sum(heard) <= BODY_LIMIT


def test_a_websocket_is_checked_as_well():
    assert knock(OPEN, kind="websocket", origin="https://evil.example")[0] == 1008


def test_every_page_forbids_other_servers_and_frames():
    headers = knock(OPEN)[1]
    assert b"connect-src 'self'" in headers[b"content-security-policy"]
    assert headers[b"x-frame-options"] == b"DENY"


def test_loopback_is_told_from_everywhere():
    assert is_loopback("127.0.0.2")
    assert not is_loopback("0.0.0.0")


def test_accounts_are_read_from_a_private_file(tmp_path):
    file = tmp_path / "accounts"
    file.write_text("# who\nann:pä:ss\n\nbo:x\n", encoding="utf-8")
    file.chmod(0o600)
    assert read_accounts(file) == {"ann": "pä:ss", "bo": "x"}


@pytest.mark.parametrize(
    ("content", "mode", "said"), [("ann:x", 0o644, "chmod 600"), ("", 0o600, "nobody"), ("ann", 0o600, "line 1")]
)
def test_a_bad_account_file_says_what_to_do(tmp_path, content, mode, said):
    file = tmp_path / "accounts"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(ValueError, match=said):
        read_accounts(file)
