import re
from html import unescape
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from tests.fakes import citation_of
from ui.reading import Mark, marks_of, missing_pane, reading_pane, windows

TEXT = "First paragraph.\n\nThe mayor said the gate was open. Nobody else spoke.\nLast one."
GATE = Article(id="gate", title="The gate", text=TEXT, source="Valley News", url="https://example.org/gate")


def test_the_cited_sentence_is_marked_and_its_answer_stronger():
    citation = citation_of(GATE, "The mayor said the gate was open.", "open")
    pane = reading_pane(GATE, marks_of([citation], around=citation), turn="t", current=1, total=1)
    marked = re.findall(r'<mark class="cited current"[^>]*>(.*?)</mark>', pane)
    assert "".join(re.sub(r"<sup.*?</sup>|</?strong>", "", piece) for piece in marked) == citation.quote
    assert "<strong>open</strong>" in pane


def test_all_citations_in_one_article_are_marked_and_only_one_is_current():
    both = [
        citation_of(GATE, "The mayor said the gate was open."),
        citation_of(GATE, "Nobody else spoke.", number=2),
        citation_of(Article(id="x", title="x", text="x"), "x", number=3),
    ]
    pane = reading_pane(GATE, marks_of(both, around=both[1]), turn="t", current=2, total=3)
    assert re.findall(r'<mark class="([^"]+)" data-numbers="([^"]+)"', pane) == [("cited", "1"), ("cited current", "2")]


def test_overlapping_marks_keep_the_text_once():
    marks = [Mark(number=1, start=2, end=20), Mark(number=2, start=10, end=40, answer_start=12, answer_end=15)]
    assert shown_text(reading_pane(GATE, marks, turn="t", current=1, total=2)) == shown_text(
        reading_pane(GATE, [], turn="t", current=0, total=0)
    )


@given(st.text(alphabet="ab \n<&\u0301\U0001f600\u05d0", min_size=1, max_size=60), st.data())
def test_marks_never_change_the_text(text, data):
    spot = st.integers(0, len(text))
    marks = []
    for number in range(1, data.draw(st.integers(0, 3)) + 1):
        start, end = sorted((data.draw(spot), data.draw(spot)))
        marks.append(Mark(number=number, start=start, end=end, answer_start=start, answer_end=start))
    article = Article(id="a", title="t", text=text)
    expected = "".join(line for line in text.split("\n") if line.strip())
    assert shown_text(reading_pane(article, marks, turn="t", current=1, total=3)) == expected


def test_a_ten_megabyte_paragraph_is_shown_around_its_mark():
    text = "word " * 2_000_000 + "The end is here."
    article = Article(id="big", title="Big", text=text)
    citation = citation_of(article, "The end is here.")
    pane = reading_pane(article, marks_of([citation], around=citation), turn="t", current=1, total=1)
    assert len(pane) < 300_000
    assert "The end is here." in pane
    assert "the text before this is not shown" in pane


def test_windows_are_in_order_apart_and_bounded():
    marks = [Mark(number=1, start=at, end=at + 5) for at in range(0, 9_000_000, 1000)]
    shown = windows(10_000_000, marks)
    assert all(left[1] < right[0] for left, right in pairwise(shown))
    assert sum(end - start for start, end in shown) <= 400_000


def test_only_web_links_are_links():
    for url in ("javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", " https://x.org", "file:///etc"):
        pane = reading_pane(Article(id="a", title="t", text="x", url=url), [], turn="t", current=0, total=0)
        assert "<a " not in pane
    assert 'href="https://example.org/gate"' in reading_pane(GATE, [], turn="t", current=0, total=0)


def test_right_to_left_articles_read_from_the_right():
    pane = reading_pane(Article(id="a", title="t", text="שלום עולם", language="he"), [], turn="t", current=0, total=0)
    assert 'class="pane-body" dir="rtl" lang="he"' in pane


def test_marks_that_turn_the_reading_direction_are_shown_not_obeyed():
    article = Article(id="a", title="a\u202eb", text="safe \u202etxt.exe")
    pane = reading_pane(article, [], turn="t", current=0, total=0)
    assert "\u202e" not in pane
    assert 'class="hidden-mark"' in pane


def test_a_version_that_is_gone_still_shows_its_quote():
    assert "The mayor said the gate was open." in missing_pane(
        citation_of(GATE, "The mayor said the gate was open."), turn="t", total=1
    )


def shown_text(pane):
    body = pane[pane.index('class="pane-body"') :]
    paragraphs = re.findall(r"<p dir=\"auto\">(.*?)</p>", body, re.DOTALL)
    return "".join(unescape(re.sub(r"<sup.*?</sup>|<[^>]+>", "", paragraph)) for paragraph in paragraphs)
