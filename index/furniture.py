"""Which sentences of a text pasted from a news site are its furniture and no part of the article."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from index.articles import Span

__all__ = ["furniture", "is_furniture"]

_SPACES = re.compile(r"\s+")
_EDGES = " \t\u2022\u2023\u25aa\u25cf\u25e6*|\u2013\u2014:-\"'.}"
_BULLET = re.compile(r"\s*[\u2022\u2023\u25aa\u25cf\u25e6*\u2013-]")

_SIGNS = frozenset(
    (
        "just watched", "must watch", "replay", "story highlights", "highlights", "hide caption", "show caption",
        "read more", "more", "see more", "show more", "load more", "continue reading", "advertisement", "ad",
        "share", "share this", "share this story", "share this article", "print", "email", "comment", "comments",
        "leave a comment", "related", "related articles", "related article", "related stories", "related topics",
        "related video", "related content", "more from", "more videos", "more stories", "more on this story",
        "more on this topic", "recommended", "recommended stories", "most read", "most popular", "trending",
        "newsletter", "sign up", "sign in", "log in", "subscribe", "subscribe now", "register", "video", "watch",
        "watch now", "play video", "play", "live", "live updates", "photos", "photo gallery", "gallery",
        "image", "image source", "caption", "close", "next", "previous", "back to top", "top stories", "breaking",
        "breaking news", "follow us", "follow", "copy link", "copied", "link copied", "save", "home", "menu",
        "skip to content", "skip to main content", "cookie policy", "privacy policy", "terms of use",
        "all rights reserved", "getty images", "ap", "reuters", "afp", "shutterstock", "istock", "file photo",
        "handout", "courtesy", "cnn", "editor's note", "what to read next", "up next", "now playing", "loading",
        "exclusive",
    )
)  # fmt: skip
_PATTERNS = re.compile(
    r"""
    (?:photos?|video|videos|gallery|in\ pictures|watch|read\ more|read\ also|related|see\ also|more|listen)
        \s*[:|]\s.{0,150}
    | \d{1,3}\ (?:of|/)\ \d{1,3}
    | \d{1,3}\ photos?
    | \d{1,2}\ min(?:ute)?s?\ (?:read|ago)
    | (?:posted|published|updated|last\ updated)\b.{0,60}\d{1,2}:\d\d.{0,40}
    | (?:sign\ up|subscribe|click\ here|tap\ here|download\ (?:the|our)\ app|follow\ us|like\ us)\b.{0,200}
    | get\ (?:the|our)\ .{0,40}newsletter.{0,120}
    | join\ the\ conversation.{0,80}
    | (?:we|this\ (?:web)?site)\ uses?\ cookies.{0,200}
    | (?:\N{COPYRIGHT SIGN}|\(c\)|copyright\ (?:\N{COPYRIGHT SIGN}|\(c\)|(?:19|20)\d\d)).{0,150}
    | all\ rights\ reserved.{0,80}
    | (?:photo(?:graph)?|image|picture|illustration|video)\ (?:by|credit|courtesy|source)\b.{0,60}
    | [^.!?]{0,80}/\ ?(?:getty\ images|ap|reuters|afp|shutterstock|epa|ap\ photo|zuma|istock)(?:/[\w\ ]{1,30})?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHARES = frozenset(
    ("facebook", "twitter", "x", "email", "e-mail", "whatsapp", "linkedin", "reddit", "instagram", "telegram",
     "pinterest", "print", "share", "tweet", "pin", "copy", "link", "messenger", "bluesky", "threads", "mail", "save")
)  # fmt: skip
_VIDEO_OPENS = ("just watched", "now playing", "up next")
_VIDEO_LINES = 2  # lines after such a sign that name the video, before its "Replay" or "MUST WATCH"
_AROUND = 20  # code points of bullets and tabs before and after a line's words
_LIST_OPENS = ("story highlights", "highlights", "related articles", "related stories", "most read", "trending")


def is_furniture(sentence: str) -> bool:
    """Whether a line is a sign of the site by its words alone: "JUST WATCHED", "Hide Caption", "1 of 12".

    Example:
        >>> is_furniture("MUST WATCH"), is_furniture("You must watch the harbour, he said.")
        (True, False)
    """
    line = _SPACES.sub(" ", sentence).strip(_EDGES).casefold().replace("\u2019", "'")
    words = re.split(r"[ ,|/\u2022]+", line)
    return not line or line in _SIGNS or all(word in _SHARES for word in words) or bool(_PATTERNS.fullmatch(line))


def furniture(text: str, spans: Sequence[Span]) -> list[bool]:
    r"""Tell for each sentence whether it is furniture, by its words and by what stands around it.

    Beside the signs themselves these are: the name of a video under "JUST WATCHED", the bullets under "Story
    highlights", and captions that stand twice in a row, at each place where they stand. A text that was
    pasted twice keeps its first copy.

    Args:
        text: A canonical text.
        spans: Its sentences, in order, as `sentence_spans` gives them.

    Returns:
        One value a span.

    Example:
        >>> from index.sentences import sentence_spans
        >>> text = "JUST WATCHED\nRunners set off\nReplay\nIto won."
        >>> furniture(text, sentence_spans(text))
        [True, True, True, False]
    """
    lines = [_SPACES.sub(" ", text[start:end]).strip(_EDGES).casefold() for start, end in spans]
    signs = [is_furniture(text[start:end]) for start, end in spans]
    alone = _stand_alone(text, spans)
    marked = [a or b for a, b in zip(signs, _captions(lines, alone), strict=True)]
    for place, (line, sign) in enumerate(zip(lines, signs, strict=True)):
        if sign and line in _VIDEO_OPENS:
            _mark_video(marked, signs, place)
        elif sign and line in _LIST_OPENS:
            _mark_bullets(marked, text, spans, place)
    return marked


def _stand_alone(text: str, spans: Sequence[Span]) -> list[bool]:
    """Whether each sentence is a line of its own, but for bullets and the like around it."""
    ends = [match.start() for match in re.finditer("\n", text)] + [len(text)]
    alone = []
    for start, end in spans:
        line = bisect_left(ends, start)
        begins = ends[line - 1] + 1 if line else 0
        near = start - begins < _AROUND and ends[line] - end < _AROUND
        alone.append(near and not text[begins:start].strip(_EDGES) and not text[end : ends[line]].strip(_EDGES))
    return alone


def _captions(lines: list[str], alone: list[bool]) -> list[bool]:
    """Lines that stand twice in a row somewhere; and of lines that come again, all but the first."""
    doubled = {line for (line, own), (other, _) in pairwise(zip(lines, alone, strict=True)) if own and line == other}
    seen: Counter[str] = Counter()
    marked = []
    for line, own in zip(lines, alone, strict=True):
        seen[line] += 1
        marked.append(own and (line in doubled or seen[line] > 1))
    return marked


def _mark_video(marked: list[bool], signs: list[bool], place: int) -> None:
    """Mark the name of a video, when a sign closes it."""
    for last in range(place + 1, min(place + 2 + _VIDEO_LINES, len(signs))):
        if signs[last]:
            marked[place + 1 : last] = [True] * (last - place - 1)
            return


def _mark_bullets(marked: list[bool], text: str, spans: Sequence[Span], place: int) -> None:
    """Mark the bulleted lines under a heading."""
    for following in range(place + 1, len(spans)):
        start, end = spans[following]
        line_start = text.rfind("\n", max(0, start - _AROUND), start) + 1
        if not _BULLET.match(text, line_start or start, end):
            return
        marked[following] = True
