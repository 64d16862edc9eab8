"""Chat-model servers on loopback that speak OpenAI's and Ollama's protocols, well or badly."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class ChatServer:
    """A real HTTP server that answers every chat request by its script.

    Args:
        pieces: What the model writes, in the pieces it comes in.
        trouble: What goes wrong: "" nothing, "slow" (the second piece waits for `gate`), "silent" (nothing ever
            comes), "cut" (the connection ends after the first piece), "status" (an HTTP error), "malformed" (no
            JSON), "empty" (an answer without text), "endless" (the pieces for ever), "length" (its own limit).
        status: The HTTP error.
        headers: Sent with the HTTP error.
        failures: How many requests meet the trouble; later ones are answered well.
    """

    pieces: Sequence[str] = ()
    trouble: str = ""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    failures: int = 10**9
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)
    _server: Any = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Address of the server; OpenAI's clients want `/v1` behind it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def told(self) -> str:
        """All that the last request said to the model."""
        return "\n".join(str(message["content"]) for message in self.requests[-1]["messages"])


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append(body)
            server.authorizations.append(self.headers.get("Authorization", ""))
            trouble = server.trouble if len(server.requests) <= server.failures else ""
            dialect = _Ollama(body) if self.path.startswith("/api/") else _OpenAI(body)
            try:
                self._answer(dialect, trouble)
            except (BrokenPipeError, ConnectionResetError):
                server.hung_up.set()
                self.close_connection = True

        def _answer(self, dialect: "_Dialect", trouble: str) -> None:
            if trouble == "status":
                self._refuse()
                return
            if trouble == "silent":
                self._wait_for_hang_up()
                return
            self.send_response(200)
            self.send_header("Content-Type", dialect.content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for place, piece in enumerate(_pieces(server, trouble)):
                if place == 1 and trouble == "cut":
                    self.connection.close()
                    self.close_connection = True
                    return
                if place == 1 and trouble == "slow":
                    self._wait_for_hang_up()
                self._send("{no json at all" if trouble == "malformed" else dialect.piece(piece), dialect)
            for last in dialect.end("length" if trouble == "length" else "stop"):
                self._send(last, dialect)
            self.wfile.write(b"0\r\n\r\n")

        def _send(self, text: str, dialect: "_Dialect") -> None:
            data = dialect.frame(text).encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def _refuse(self) -> None:
            data = json.dumps({"error": {"message": "no", "type": "trouble", "code": None}}).encode()
            self.send_response(server.status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _wait_for_hang_up(self) -> None:
            """Wait until the test opens the gate, or the client closes its side."""
            self.connection.settimeout(0.02)
            while not server.gate.is_set():
                try:
                    if self.connection.recv(1) == b"":
                        server.hung_up.set()
                        return
                except TimeoutError:
                    continue
                except OSError:
                    server.hung_up.set()
                    return
            self.connection.settimeout(None)

    return Handler


def _pieces(server: ChatServer, trouble: str) -> Iterator[str]:
    if trouble == "empty":
        return
    yield from server.pieces
    while trouble == "endless":
        yield from server.pieces


class _Dialect:
    content_type = ""

    def __init__(self, body: dict[str, Any]) -> None:
        self.model = body["model"]


class _OpenAI(_Dialect):
    content_type = "text/event-stream"

    def frame(self, text: str) -> str:
        return f"data: {text}\n\n"

    def _chunk(self, delta: dict[str, Any], reason: str | None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return json.dumps(
            {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": self.model, "choices": [choice]}
        )

    def piece(self, text: str) -> str:
        return self._chunk({"role": "assistant", "content": text}, None)

    def end(self, reason: str) -> list[str]:
        return [self._chunk({}, reason), "[DONE]"]


class _Ollama(_Dialect):
    content_type = "application/x-ndjson"

    def frame(self, text: str) -> str:
        return text + "\n"

    def _part(self, text: str, **more: Any) -> str:
        message = {"role": "assistant", "content": text}
        return json.dumps({"model": self.model, "created_at": "2026-01-01T00:00:00Z", "message": message, **more})

    def piece(self, text: str) -> str:
        return self._part(text, done=False)

    def end(self, reason: str) -> list[str]:
        return [self._part("", done=True, done_reason=reason)]
