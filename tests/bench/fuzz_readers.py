"""Malformed and hostile files against the readers: no crash, no hang, nothing else lost.

    python -m tests.bench.fuzz_readers [--files 10000] [--seed 1]

Every file lies in a tree beside one good article. The file may give an article or an error; the good one must be
read, nothing but an error may come, and what is read must be a canonical text. Files that take longest are named.
"""

import argparse
import base64
import contextlib
import io
import json
import random
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psutil

from index.articles import Article, article_files, read_file
from index.encoding import normalised
from index.errors import ArticleError
from index.parsing_worker import ParsingWorker
from index.sentences import sentence_spans
from tests.paper import docx_bomb, lines_of, make_docx, make_pdf, pdf_bomb

SLOW = 5.0  # seconds of processor time for one file, so that a busy machine finds no more than an idle one
BATCH = 50
GOOD = "The good article\n\nTea came by sea and nine hundred people met the ship.\n"
SAMPLES = Path(__file__).parents[2] / "index" / "samples"


@dataclass
class Report:
    files: int = 0
    articles: int = 0
    errors: int = 0
    lost: int = 0
    crashes: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    slowest: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)


def good_files() -> list[tuple[str, bytes]]:
    """Files to spoil, of every format."""
    story = "The talks begin on Monday. Nine hundred people are expected.\n\nThe bridge would cost $3.5 million."
    files = [(path.suffix, path.read_bytes()) for path in sorted(SAMPLES.iterdir())]
    files.append((".pdf", make_pdf([lines_of(story), lines_of(story)], compress=True)))
    files.append((".pdf", make_pdf([lines_of(story)], info="/Title (Tea)")))
    files.append((".docx", make_docx([("Title", "Tea"), (None, story)], rows=[("a", "b"), ("c", "d")])))
    return files


def spoiled(pick: random.Random, data: bytes) -> bytes:
    """A copy with bytes turned, cut, doubled, moved or strange ones put in."""
    content = bytearray(data)
    for _ in range(pick.choice((1, 1, 3, 20, 200))):
        if not content:
            break
        at = pick.randrange(len(content))
        length = pick.choice((1, 2, 8, 64, 1024))
        action = pick.randrange(6)
        if action == 0:
            content[at] ^= 1 << pick.randrange(8)
        elif action == 1:
            del content[at : at + length]
        elif action == 2:
            content[at:at] = pick.randbytes(length)
        elif action == 3:
            content[at:at] = content[at : at + length] * pick.choice((1, 2, 50))
        elif action == 4:
            content[at:at] = pick.choice(STRANGE)
        else:
            content = content[: max(1, at)]
    return bytes(content)


def spoiled_file(pick: random.Random, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    suffix, data = pick.choice(files)
    return suffix, spoiled(pick, data)


STRANGE = [
    b"\x00", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\r", b"\x1b[2J", b"=\r\n=3D=C3",
    b"\xe2\x80\xae", b"---\n", b"<!--", b"-->", b"<![CDATA[", b"<script>", b"&#0;&#xD800;&#x110000;", b"%n%s", b"${x}", b"{{7*7}}",
    b"endobj", b"stream\n", b"/Length 99999999999", b"startxref\n-1\n", b"\\ud800", b"1e999", b"NaN", b"\\", b'"', b"{" * 50,
]  # fmt: skip


def junk(pick: random.Random) -> tuple[str, bytes]:
    suffix = pick.choice([".txt", ".md", ".html", ".jsonl", ".pdf", ".docx"])
    start = pick.choice(
        [
            b"",
            b"%PDF-1.7\n",
            b"PK\x03\x04",
            b"\xff\xfe",
            b"\xfe\xff",
            b"\xff\xfe\x00\x00",
            b"---\n",
            b"<html>",
            b'{"text": "',
        ]
    )
    size = pick.choice((0, 1, 2, 3, 7, 100, 5000, 100_000))
    if pick.random() < 0.5:
        return suffix, start + pick.randbytes(size)
    letters = pick.choice(
        ["ab \n", "<>/p ", '[]{}",:', "\ud800\udc00\ufffe\x85\u2028 ", "()*_`#[]!\\", "\u05d0\u202e\u0301\U0001f600 "]
    )
    return suffix, start + "".join(pick.choices(letters, k=size)).encode("utf-8", "surrogatepass")


def deep(pick: random.Random) -> tuple[str, bytes]:
    """Html nested, unclosed or broken in the ways that make parsers slow."""
    n = pick.choice((100, 2000, 20_000))
    tag = pick.choice(
        [
            "div",
            "b",
            "table",
            "ul><li",
            "span",
            "font",
            "blockquote",
            "svg",
            "template",
            "p><a",
            "table><tr><td",
            "select",
            "form",
        ]
    )
    text = "Tea came by sea, said the mayor. "
    return ".html", pick.choice(
        [
            f"<html><body>{f'<{tag}>' * n}{text * 20}",
            f"<html><body>{f'<{tag}>{text}' * min(n, 5000)}",
            f"<{tag} {'a=1 ' * n}>{text}",
            f"<p {'x' * n}='{'y' * n}'>{text * 20}</p>",
            "<" * n + text, "<!--" * n + text, "&amp" * n + text, f"<p>{'</p>' * n}{text * 20}", f"<p>{text * 20}{'<br>' * n}",
            f"<meta property='og:title' content='{text * 200}'>" * min(n, 2000) + f"<p>{text * 20}</p>",
            f"<time datetime='2016'>{'<time>' * n}<p>{text * 20}", f"<p class='byline published date'>{text}</p>" * min(n, 5000),
            "<script type='application/ld+json'>" + "[" * n + "</script>" + f"<p>{text * 20}</p>",
            "<script type='application/ld+json'>" + '{"@graph":' * n + "1" + "}" * n + "</script>" + f"<p>{text * 20}</p>",
            f"<a href='{'/' * n}2016/01/25'>{text}</a>" * 50, f"<p>{'word' * n * 10}</p>", f"<p>{text * n}</p>"[:2_000_000],
            f"<table>{'<tr><td>' + text}{'</td></tr><tr><td>x' * min(n, 5000)}</table>",
            f"<ul>{'<li><a href=/x>' + text + '</a></li>'}{'<li><a href=/x>Link</a></li>' * min(n, 5000)}</ul>",
        ]
    ).encode()  # fmt: skip


def entities(pick: random.Random) -> tuple[str, bytes]:
    """Xml bombs, in pages and in docx."""
    doctype = (
        '<!DOCTYPE x [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
        + "]>"
    )
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    kind = pick.choice([doctype, outside])
    name = "j" if kind is doctype else "a"
    if pick.random() < 0.4:
        return ".xhtml", f'<?xml version="1.0"?>{kind}<html><body><p>&{name};</p></body></html>'.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx([(None, "Tea.")]))) as good, zipfile.ZipFile(out, "w") as bad:
        for part in good.infolist():
            content = good.read(part)
            if part.filename == pick.choice(["word/document.xml", "docProps/core.xml", "[Content_Types].xml"]):
                head, _, rest = content.partition(b"?>")
                content = head + b"?>" + kind.encode() + rest.replace(b"Tea.", f"&{name};".encode())
            bad.writestr(f"../../{part.filename}" if pick.random() < 0.1 else part.filename, content)
    return ".docx", out.getvalue()


@cache
def cache_bomb(make: Callable[[int], bytes], megabytes: int) -> bytes:
    return make(megabytes)


def papers(pick: random.Random) -> tuple[str, bytes]:
    """Pdf and docx that are large when unpacked, empty, or circular."""
    story = "The talks begin on Monday. " * 20
    circle = make_pdf([lines_of(story)]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")
    return pick.choice(
        [
            lambda: (".pdf", cache_bomb(pdf_bomb, pick.choice((1, 5)))),
            lambda: (".docx", cache_bomb(docx_bomb, pick.choice((2, 20, 400)))),
            lambda: (".pdf", circle),
            lambda: (".pdf", make_pdf([[]] * 300)),
            lambda: (".pdf", make_pdf([lines_of(story)] * 100)),
            lambda: (
                ".pdf",
                make_pdf(
                    [[(pick.randint(-99, 999), pick.randint(-99, 999), pick.choice((0, 1, 9, 999)), "Tea " * 9)] * 200]
                ),
            ),
            lambda: (".docx", make_docx([(None, "x " * 100_000)])),
            lambda: (".docx", make_docx([(None, "")])),
            lambda: (".pdf", base64.b64encode(make_pdf([lines_of(story)]))),
        ]
    )()


def plain(pick: random.Random) -> tuple[str, bytes]:
    """Text, Markdown and jsonl that invite slow patterns, deep recursion or much memory."""
    n = pick.choice((1000, 30_000, 300_000))
    yaml = "a: &a [x,x,x]\n" + "".join(
        f"{b}: &{b} [*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    return pick.choice(
        [
            (".txt", b"x" * n), (".txt", b"word " * n), (".txt", b"a.b " * n), (".txt", "e\u0301".encode() * n), (".txt", b"\n" * n + b"Tea."),
            (".txt", b"Title: " + b"x" * n + b"\n\nTea."), (".txt", b"Date: " + b"1" * n + b"\n\nTea."), (".txt", b"Title:\n" * min(n, 9999) + b"Tea."),
            (".txt", b"=C3=A9=\r\n" * n), (".txt", "\u05d0\u202e\u2066".encode() * n), (".txt", b"\x80" * n), (".txt", b"\r" * n + b"x"),
            (".txt", "Tea \u2019".encode("utf-16-le")[:-1]), (".txt", b"\xff\xfe\x00\xd8" * n), (".txt", b"\xff\xfe\x00\x00\xff\xff\xff\x7f" * 9),
            (".txt", b'"' * n), (".txt", b"\xe2\x80\x9c" * n + b"Tea."), (".txt", b"(" * n), (".txt", b"A. " * n), (".txt", b"\t\xe2\x80\xa2 " * n),
            (".txt", b"JUST WATCHED\n" * min(n, 30_000)), (".md", f"---\n{yaml}---\nTea.".encode()), (".md", b"---\n" + b"- " * n + b"\n---\nTea."),
            (".md", b"---\na: " + b"{" * n + b"\n---\nTea."), (".md", b"[" * n), (".md", b"![](" * n), (".md", b"*" * n + b"a"), (".md", b"*a " * n),
            (".md", b"`" * n), (".md", b"<!--" * n), (".md", b"> " * n + b"Tea."), (".md", b"[a](b" * n), (".md", b"**a" * n), (".md", b"<a " * n),
            (".md", b"# " + b"#" * n), (".md", b"\\" * n), (".md", b"_" * n + b"\n"), (".md", b"```\n" * min(n, 9999)),
            (".jsonl", b"[" * n), (".jsonl", b'{"text":' * n), (".jsonl", b'{"text": "' + b"Tea. " * n), (".jsonl", b"{}\n" * min(n, 3000)),
            (".jsonl", json.dumps({"text": "Tea " * n, "title": "x" * n, "id": "y" * n, "url": "https://e.org/" + "z" * n}).encode()),
            (".jsonl", b'{"text": "Tea.", "id": ' + b"9" * n + b"}"), (".jsonl", b'{"text": "\\ud800\\udc00\\udfff"}\n' * 99), (".jsonl", b"\xff\xfe" + b"[\x00" * n),
            (".jsonl", json.dumps({"text": "Tea.", "author": [["x"] * 9] * n, "date": {"a": 1}}).encode()),
        ]
    )  # fmt: skip


def hostile(pick: random.Random, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """One file: its ending and content."""
    makers: list[Callable[[], tuple[str, bytes]]] = [
        *[lambda: spoiled_file(pick, files)] * 10,
        lambda: (pick.choice(files)[0], pick.choice(files)[1]),  # one format's content under another's name
        *[lambda: junk(pick)] * 3,
        *[lambda: deep(pick)] * 2,
        *[lambda: plain(pick)] * 2,
        lambda: entities(pick),
        lambda: papers(pick),
    ]
    return pick.choice(makers)()


def check(article: Article) -> None:
    """What always holds of an article."""
    assert article.text, "no text"
    assert article.text == normalised(article.text), "not canonical"
    article.text.encode()
    assert article.title == article.title.strip() != "", "no title"
    assert "\n" not in article.title
    assert not article.url or article.url.lower().startswith(("http://", "https://")), "url"
    for start, end in sentence_spans(article.text[:20_000]):
        assert 0 <= start < end
    assert list(article.pages) == sorted(article.pages), "pages"
    assert "root:x:0" not in article.text, "a file of this machine was read"


def fuzz(
    folder: Path, *, files: int, seed: int, keep: bool = False, progress: Callable[[Report], None] | None = None
) -> Report:
    """Write hostile files into `folder`, read them, and say what came of it."""
    pick, originals, report = random.Random(seed), good_files(), Report()
    with ParsingWorker() as worker:
        while report.files < files:
            tree = folder / f"batch{report.files}"
            tree.mkdir()
            (tree / "good.txt").write_text(GOOD)
            for number in range(min(BATCH, files - report.files)):
                suffix, data = hostile(pick, originals)
                (tree / f"{number:03}{suffix}").write_bytes(data)
            read_tree(tree, worker, report)
            if not keep:
                shutil.rmtree(tree)
            if progress:
                progress(report)
    return report


def busy(worker: ParsingWorker) -> float:
    """Seconds of processor time that this process and all its workers have used."""
    finished = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = 0.0
    if worker.pid:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(worker.pid).cpu_times()
            running = times.user + times.system
    return time.process_time() + finished.ru_utime + finished.ru_stime + running


def read_tree(tree: Path, worker: ParsingWorker, report: Report) -> None:
    lost = True
    for path in article_files(tree):
        began = time.perf_counter(), busy(worker)
        try:
            found = list(read_file(path, root=tree, worker=worker))
            for item in found:
                if isinstance(item, Article):
                    check(item)
        except Exception as error:  # noqa: BLE001 - any exception is what is looked for
            report.crashes.append(f"{path}: {type(error).__name__}: {error}"[:300])
            continue
        took = busy(worker) - began[1]
        report.slowest = max(report.slowest, took)
        if took > SLOW or any("took longer" in str(item) for item in found):
            report.slow.append(f"{path}: {took:.1f} s of processor time, {time.perf_counter() - began[0]:.1f} s in all")
        if path.name == "good.txt":
            lost = [item.text for item in found if isinstance(item, Article)] != [GOOD.partition("\n")[2].strip()]
            continue
        report.files += 1
        report.articles += sum(isinstance(item, Article) for item in found)
        for item in found:
            if isinstance(item, ArticleError):
                report.errors += 1
                report.reasons[item.reason.split("(")[0][:60]] += 1
    report.lost += lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the files here and leave them")
    options = parser.parse_args()

    def show(report: Report) -> None:
        print(f"{report.files} files, {len(report.crashes)} crashes, slowest {report.slowest:.1f} s", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        report = fuzz(folder, files=options.files, seed=options.seed, keep=bool(options.keep), progress=show)
    print(
        f"\n{report.files} files: {report.articles} articles, {report.errors} errors, {report.lost} good articles lost"
    )
    print("reasons:", *(f"{count:6} {reason}" for reason, count in report.reasons.most_common(25)), sep="\n  ")
    print("crashes:", *report.crashes or ["none"], sep="\n  ")
    print(f"slower than {SLOW:g} s:", *report.slow or ["none"], sep="\n  ")
    if report.crashes or report.slow or report.lost:
        sys.exit(1)


if __name__ == "__main__":
    main()
