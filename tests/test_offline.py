"""Building and asking send nothing anywhere, whatever the environment says about tracing."""

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import socket
attempts = []
def refuse(self, address):
    attempts.append(address)
    raise OSError("no network")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
def lookup(*words, **more):
    attempts.append(words)
    raise OSError("no network")
socket.getaddrinfo = lookup

import sys
from index import Library
from qa import ArticleQA
library = Library.open(sys.argv[1], create=True)
report = library.sync(sys.argv[2])
answer = ArticleQA(library).invoke("where did Kerry and Lavrov meet?")
library.close()
import time
time.sleep(1)
print(report.added, answer.answered, answer.text, attempts)
"""


def test_build_and_ask_work_and_send_nothing_with_sockets_closed_and_tracing_asked_for_by_langsmith(tmp_path):
    tracing = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "not-a-key",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9",
    }
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "place"), str(root / "index" / "samples")],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=root,
        env=os.environ | tracing,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(" ", 2)[:2] == ["23", "True"]
    assert done.stdout.rstrip().endswith("[]")
