import base64
import os
import re

import pytest

from tests.fakes import FakeQA
from ui.desk import Desk
from ui.gate import Gate
from ui.server import serve

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", DO_NOT_TRACK="1")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    from ui.server import build_app

    return build_app(Desk(FakeQA(), path=tmp_path_factory.mktemp("index")))


def routes_of(app, before=""):
    """Every path with one method of each route, those of mounted applications included."""
    for route in app.routes:
        inner = getattr(route, "app", None)
        if hasattr(route, "original_router"):  # FastAPI's lazily included router
            yield from routes_of(route.original_router, before)
        elif inner is not None and hasattr(inner, "routes"):
            yield from routes_of(inner, before + route.path)
        else:
            for method in sorted(getattr(route, "methods", None) or {"GET"}):
                yield method, before + re.sub(r"{[^}]+}", "x", route.path)


def client_of(app, **gate):
    from starlette.testclient import TestClient

    return TestClient(Gate(app, **gate), base_url="http://127.0.0.1", raise_server_exceptions=False)


def test_no_route_but_health_is_open_without_name_and_password(app):
    client = client_of(app, accounts={"ann": "x"})
    found = set(routes_of(app))
    assert len(found) > 40
    assert ("POST", "/gradio_api/queue/join") in found
    opened = {path for method, path in found if client.request(method, path).status_code != 401}
    assert opened == {"/health"}


def test_no_route_answers_another_pages_request_or_another_name(app):
    client = client_of(app)
    for method, path in set(routes_of(app)) - {("GET", "/health")}:
        assert client.request(method, path, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.request(method, path, headers={"host": "evil.example"}).status_code == 421


def test_with_name_and_password_the_page_comes(app):
    sent = {"authorization": "Basic " + base64.b64encode(b"ann:x").decode()}
    assert client_of(app, accounts={"ann": "x"}).get("/", headers=sent).status_code == 200


def test_its_files_cannot_be_used_to_reach_others(app, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("kept to itself")
    client = client_of(app)
    for path in (
        f"/gradio_api/file={secret}",
        f"/look/..{secret}",
        "/look/%2e%2e/chat.py",
        "/gradio_api/file=/etc/passwd",
    ):
        answer = client.get(path)
        assert answer.status_code in (400, 403, 404)
        assert "kept to itself" not in answer.text
        assert "root:" not in answer.text


def test_beyond_this_machine_it_needs_a_word_about_who_may_come_in():
    with pytest.raises(ValueError, match="--auth-file"):
        serve(FakeQA(), host="0.0.0.0")
