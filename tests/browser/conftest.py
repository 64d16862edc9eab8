"""A real Chromium and a real server for the browser tests; skipped with a reason where there is none."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Before the first import of gradio, which else looks up its own servers.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", DO_NOT_TRACK="1")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 180_000
"""Milliseconds to wait for what is sure to come, on a machine that has much else to do."""

REQUIRED = os.environ.get("ARTICLEQA_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


def _missing(reason):
    if REQUIRED:
        pytest.fail(f"a browser is required here, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """One browser process for the tests of a file; Playwright's event loop must not outlive them."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        _missing("there is no Chromium on the PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS), timeout=PATIENCE)
        yield browser
        browser.close()


@contextmanager
def _served(desk, **gate) -> Iterator[str]:
    """The address of a chat over a desk, served by a thread until the end."""
    from ui.gate import Gate
    from ui.server import build_app, make_server

    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = make_server(Gate(build_app(desk), **gate), ready=ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert ready.wait(timeout=PATIENCE / 1000)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()


@pytest.fixture(scope="session")
def served() -> object:
    """A context manager that serves a desk."""
    return _served


@pytest.fixture(scope="session")
def sample_qa(tmp_path_factory) -> object:
    """The real chain over the real sample articles."""
    from index.library import Library
    from qa.chain import ArticleQA

    path = tmp_path_factory.mktemp("samples") / "index"
    Library.open(path, create=True).sync(Path(__file__).parents[2] / "index" / "samples")
    return ArticleQA.open(path)


@pytest.fixture(scope="session")
def sample_chat(sample_qa) -> Iterator[str]:
    """Address of the chat over the sample articles."""
    from ui.desk import Desk

    with _served(Desk(sample_qa, path=sample_qa.library.path)) as address:
        yield address


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., object]]:
    """Opens an address as a new visitor; no request may leave the machine and no script may fail."""
    contexts, troubles = [], []

    def visiting(address, *, width=1280, height=860, colours="light", **context):
        made = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce", **context
        )
        contexts.append(made)
        page = made.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: _note_request(troubles, address, request.url))
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.goto(address)
        page.wait_for_selector("#question textarea")
        page.wait_for_selector(".masthead")
        return page

    yield visiting
    for context in contexts:
        context.close()
    assert not troubles, troubles


def _note_request(troubles, address, url):
    if not url.startswith((address, "data:", "blob:")):
        troubles.append(f"request: {url}")
