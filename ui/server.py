"""Serves the web chat: the Gradio app behind the gate, on one address, until it is stopped."""

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexMissingError
from ui.desk import Desk
from ui.gate import Gate, is_loopback, read_accounts
from ui.intake import Intake
from ui.overview import Overview

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from qa.chain import ArticleQA

__all__ = ["build_app", "make_server", "open_desk", "serve"]

_log = logging.getLogger(__name__)

_UPLOAD_LIMIT = "20mb"


def build_app(desk: Desk) -> "FastAPI":
    """The whole application without its gate: the chat at /, and /health."""
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles

    from ui.chat import LOOK_PATH, STATIC, build_chat, look

    overview, intake = Overview(desk), Intake(desk)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        # A thread that is still in a model's native code at exit would abort the process.
        intake.close()
        overview.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    app.mount(LOOK_PATH, StaticFiles(directory=STATIC), name="look")
    gr.mount_gradio_app(
        app,
        build_chat(desk, overview, intake),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=_UPLOAD_LIMIT,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        **look(),
    )
    return app


def serve(  # noqa: PLR0913 - the options of the command line, one by one
    source: "ArticleQA | Path",
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth_file: Path | None = None,
    no_auth: bool = False,
    names: tuple[str, ...] = (),
    open_samples: "Callable[[], ArticleQA] | None" = None,
    open_index: "Callable[[Path], ArticleQA] | None" = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat until interrupted.

    Args:
        source: An open index, or the place of one; where there is none yet, the chat offers to make it.
        host: Address to bind to. Beyond this machine it needs `auth_file` or `no_auth`.
        port: 0 takes a free one.
        auth_file: File with a line `name:password` for each visitor.
        no_auth: Let anyone who can reach the address in.
        names: Further host names the server goes by.
        open_samples: Makes and opens the sample index, for a first run.
        open_index: Opens the index at a path, with its reader and chat model; None for the defaults.
        announce: Is given the address once the server listens.

    Raises:
        ValueError: Bound beyond this machine without a word about who may come in, or a bad `auth_file`.
        OSError: The address cannot be bound.
    """
    if not is_loopback(host) and auth_file is None and not no_auth:
        raise ValueError(
            f"{host} can be reached from other machines. Say who may come in with --auth-file FILE, "
            "or let everyone in with --no-auth."
        )
    accounts = read_accounts(auth_file) if auth_file is not None else {}
    desk = open_desk(source, open_samples=open_samples, open_index=open_index)
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listener:
        gate = Gate(build_app(desk), names=(host, socket.gethostname(), *names), accounts=accounts)
        bound = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound}/"
        make_server(gate, ready=lambda: announce(address) if announce else None).run(sockets=[listener])


def open_desk(
    source: "ArticleQA | Path",
    *,
    open_samples: "Callable[[], ArticleQA] | None" = None,
    open_index: "Callable[[Path], ArticleQA] | None" = None,
) -> Desk:
    """A desk over an open index, or over the place of one that may not exist yet."""
    from qa.chain import ArticleQA

    opener = open_index or ArticleQA.open
    if not isinstance(source, Path):
        return Desk(source, path=source.library.path, open_samples=open_samples, open_index=opener)
    desk = Desk(None, path=source.expanduser().absolute(), open_samples=open_samples, open_index=opener)
    try:
        desk.take(opener(source))
    except IndexMissingError:
        _log.info("no index at %s yet", source)
    return desk


def make_server(app: Gate, *, ready: Callable[[], object] = lambda: None) -> "uvicorn.Server":
    """A server for the application; `ready` is called once it listens."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            ready()

    settings = uvicorn.Config(
        app, log_level="warning", lifespan="on", ws="none", server_header=False, timeout_graceful_shutdown=2
    )
    return Server(settings)
