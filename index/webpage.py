"""A saved web page -> its main text, with title, author, outlet, address and date."""

import json
import re
from collections.abc import Iterator
from typing import Any

from index.encoding import UnreadableError, decode, normalised
from index.extracted import Extracted, join_blocks, without_title
from index.metadata import MAX_NAME, Metadata, iso_date, one_line, web_url

__all__ = ["extract_page"]

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_HEAD = 4096  # bytes in which a page must name its encoding
_SHORT = 250  # code points; below, trafilatura 2.3 falls back to guesses that break words at inline tags
_LONG = 500_000  # code points; for 1.7 million trafilatura takes 14 s, and menus are a small part of them
_DATE_LINE = 150  # code points
_NODES = 5000  # JSON-LD nodes looked at

_DATE_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published",
    "article.published", "datepublished", "rnews:datepublished", "originalpublicationdate", "date", "pubdate",
    "publishdate", "publish-date", "publish_date", "published_at", "publication_date", "parsely-pub-date",
    "sailthru.date", "citation_publication_date", "citation_date", "cxenseparse:recs:publishtime",
    "dc.date", "dc.date.issued", "dc.date.created", "dcterms.date", "dcterms.issued", "dcterms.created",
)  # fmt: skip
_DATED = re.compile(
    r"publi|pubdate|dateline|timestamp|posted|(?:entry|post|article)-date|byline|datetime", re.IGNORECASE
)
_UPDATED = re.compile(r"updat|modif", re.IGNORECASE)
_ASIDE = ("nav", "footer", "aside", "script", "style", "form", "noscript", "head", "svg", "template")
_BLOCKS = (
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th",
    "tr", "ul",
)  # fmt: skip


def extract_page(data: bytes, *, url: str = "") -> Extracted:
    """Take the article out of a page, without menus, teasers, cookie banners and comments.

    The main text is found by trafilatura (Barbaresi 2021), a very short or very long one by what is no menu,
    footer or form. The date is only taken from where the page states it: JSON-LD, `<meta>`, `<time>`, a marked
    date line, the address.

    Args:
        data: The page as it was saved.
        url: Where it came from, if known; the address the page names for itself goes first.

    Raises:
        UnreadableError: When there is no text in it.
    """
    declared = _CHARSET.search(data[:_HEAD])
    # lxml refuses text that names an encoding of its own, and stops at a NUL.
    page = normalised(decode(data, declared=declared[1].decode() if declared else ""))
    page = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", page)
    tree = _tree(page)
    metadata = _metadata(tree if len(page) <= _LONG else _tree(page[:_LONG]), url)
    text = join_blocks(_main_text(tree).split("\n"))
    if not text:
        raise UnreadableError("no article text was found in the page")
    return Extracted(text=without_title(text, metadata.title), metadata=metadata)


def _main_text(tree: Any) -> str:
    from trafilatura import bare_extraction

    plain = _visible_text(tree)
    if len(plain) > _LONG:
        return plain
    found = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    main = str(getattr(found, "text", None) or "")
    return main if len(main) >= _SHORT else plain


def _tree(page: str) -> Any:
    """The parsed page; trafilatura's own loader takes a page without the usual tags for none."""
    from lxml import etree, html  # type: ignore[import-untyped]

    if not page:
        raise UnreadableError("it is empty")
    try:
        return html.document_fromstring(page, parser=html.HTMLParser(remove_pis=True))
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableError("no article text was found in the page") from error


def _visible_text(tree: Any) -> str:
    """All text but that of menus, footers and forms; a line a block, words of inline tags never parted."""
    parts: list[str] = []
    hidden: list[Any] = []
    for event, node in _walk(tree):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if not tag or tag in _ASIDE:
                hidden.append(node)
            elif not hidden:
                parts += ["\n" if tag in _BLOCKS else "", node.text or ""]
            continue
        if hidden and hidden[-1] is node:
            hidden.pop()
        if not hidden:
            parts += ["\n" if tag in _BLOCKS else "", node.tail or "" if node is not tree else ""]
    lines = (" ".join(line.split()) for line in _joined(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _joined(parts: list[str]) -> str:
    """Line ends inside a text node are spaces; those that we put between blocks stay."""
    return "".join(part if part == "\n" else part.replace("\n", " ") for part in parts)


def _walk(tree: Any) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterwalk  # type: ignore[import-untyped]

    return iter(iterwalk(tree, events=("start", "end", "comment", "pi")))


def _metadata(tree: Any, url: str) -> Metadata:
    from trafilatura.metadata import extract_metadata

    # What trafilatura would find as the date is not used; a fixed last day keeps it from asking for today.
    guess = extract_metadata(tree, date_config={"extensive_search": False, "max_date": "2100-01-01"}, extensive=False)
    nodes = list(_linked_data(tree))
    metas = _metas(tree)
    named = (metas.get(name, "") for name in ("author", "article:author", "dc.creator", "parsely-author"))
    author = _linked_author(nodes) or next(filter(None, named), "")
    address = web_url(guess.url or "") or web_url(url)
    return Metadata(
        title=one_line(guess.title or ""),
        source=one_line(guess.sitename or "", limit=MAX_NAME),
        author=one_line(author or guess.author or "", limit=MAX_NAME),
        published=next(filter(None, map(iso_date, _stated_dates(tree, metas, nodes, address))), ""),
        url=address,
    )


def _stated_dates(tree: Any, metas: dict[str, str], nodes: list[dict[str, Any]], address: str) -> Iterator[str]:
    """What the page says of its publication date, the most explicit kind first."""
    for key in ("datePublished", "dateCreated"):
        yield from (node[key] for node in nodes if isinstance(node.get(key), str))
    yield from (metas.get(name, "") for name in _DATE_METAS)
    for node in tree.xpath("//*[@itemprop='datePublished' or @pubdate]")[:20]:
        yield node.get("content") or _shown_date(node)
    times = tree.xpath("//time[not(ancestor::aside|ancestor::footer|ancestor::nav)]")[:1]
    marked = tree.xpath("//*[@class or @id][not(ancestor::aside|ancestor::footer|ancestor::nav)]")[:500]
    for node in [*times, *(node for node in marked if _DATED.search(_marks(node)))]:
        stated = _shown_date(node)
        if not _UPDATED.search(stated + _marks(node)):
            yield stated
    if match := re.search(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=/|-|$)", address):
        yield "/".join(match.groups())


def _shown_date(node: Any) -> str:
    return node.get("datetime") or _short_text(node)


def _short_text(node: Any) -> str:
    """Text of a node on one line; empty when it is too long for a date line, without reading it to its end."""
    parts, length = [], 0
    for part in node.itertext():
        parts.append(part)
        length += len(part)
        if length > _DATE_LINE:
            return ""
    return " ".join("".join(parts).split())


def _marks(node: Any) -> str:
    return f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"


def _metas(tree: Any) -> dict[str, str]:
    """Contents of the page's `<meta>` by their names, the first of each name; an address is no content."""
    found: dict[str, str] = {}
    for node in tree.xpath("//meta[@content]")[:300]:
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").strip().casefold()
        content = (node.get("content") or "").strip()
        if content and not content.startswith(("http://", "https://")):
            found.setdefault(name, content)
    return found


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """Nodes of the page's JSON-LD that describe an article, the page's own before those within."""
    waiting: list[Any] = []
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        try:
            waiting.append(json.loads(script.text_content()))
        except (ValueError, RecursionError):
            continue
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node[:100]
        elif isinstance(node, dict):
            kind = str(node.get("@type", ""))
            if any(word in kind for word in ("Article", "Posting", "Report", "Review", "WebPage")):
                yield node
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


def _linked_author(nodes: list[dict[str, Any]]) -> str:
    for node in nodes:
        authors = node.get("author")
        found = [
            a.get("name") if isinstance(a, dict) else a for a in (authors if isinstance(authors, list) else [authors])
        ]
        names = [name for name in found if isinstance(name, str) and not name.startswith("http")]
        if names:
            return ", ".join(names[:20])
    return ""
