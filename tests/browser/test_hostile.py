import pytest

from index.articles import Article
from qa.answer import Answer
from tests.fakes import FakeLibrary, FakeQA, citation_of, passage_of
from ui.desk import Desk

MARKUP = (
    "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>\"' onmouseover=window.hacked=1 "
    "${window.hacked=1} {{window.hacked=1}} {{#each this}}x{{/each}} `${window.hacked=1}` </pre></textarea>"
    "<svg onload=window.hacked=1><a href='javascript:window.hacked=1'>x</a>"
)
BAD = Article(
    id=MARKUP,
    title="Title " + MARKUP,
    text=f"The answer is {MARKUP} now. \u202eTurned round.\n" + "long " * 2_000_000,
    source=MARKUP,
    author=MARKUP,
    published=MARKUP,
    url="javascript:window.hacked=1",
    language='en" onfocus="window.hacked=1',
)
MANY = Article(
    id="many", title="Many", text="Yes it is so.", source="The Post", url="data:text/html,<script>1</script>"
)
HEBREW = Article(id="he", title="כותרת המאמר", text="זו התשובה לשאלה. וזה משפט נוסף.", source="העיתון", language="he")


def answer_to(question, citations, text, article):
    return Answer(
        question=question,
        searched_for=question + MARKUP,
        answered=True,
        text=text,
        confidence=0.9,
        citations=citations,
        passages=(passage_of(article),),
        notes=(MARKUP,),
    )


@pytest.fixture(scope="module")
def address(served, tmp_path_factory):
    sentence = BAD.text[: BAD.text.index("\u202e")].rstrip()
    script = {
        "bad": (answer_to("bad", (citation_of(BAD, sentence),), sentence, MANY),),
        "many": (
            answer_to("many", tuple(citation_of(MANY, MANY.text, number=n) for n in range(1, 10_001)), "yes", MANY),
        ),
        "rtl": (answer_to("rtl", (citation_of(HEBREW, "זו התשובה לשאלה.", "התשובה"),), "התשובה", HEBREW),),
    }
    library = FakeLibrary(held=(BAD, MANY, HEBREW), path=tmp_path_factory.mktemp("hostile"))
    with served(Desk(FakeQA(library=library, script=script), path=library.path)) as address:
        yield address


def ask(page, question):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#last .turn.answered:has-text('{question}')")


def test_nothing_an_article_says_runs_and_its_ten_megabytes_open(visit, address):
    page = visit(address)
    ask(page, "bad")
    page.click("#last .cite >> nth=0")
    page.wait_for_selector("#evidence mark.current")
    page.hover("#evidence mark.current >> nth=0")
    page.click("[data-view=articles]")
    page.click(".shelf-title >> nth=0")
    page.wait_for_selector("#evidence .pane[data-number='0']")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#evidence img, #evidence script, #evidence svg, #last img, .shelf img").count() == 0
    assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
    assert page.evaluate("document.querySelectorAll('[onmouseover],[onerror],[onfocus]').length") == 0


def test_ten_thousand_citations_leave_the_page_alive(visit, address):
    page = visit(address)
    ask(page, "many")
    assert page.locator("#last .cite").count() < 200
    page.click("#last .cite >> nth=3")
    page.wait_for_selector("#evidence .pane[data-number='4']")


def test_a_right_to_left_article_reads_from_the_right(visit, address):
    page = visit(address)
    ask(page, "rtl")
    page.click("#last .cite >> nth=0")
    page.wait_for_selector("#evidence mark.current")
    assert page.evaluate("getComputedStyle(document.querySelector('.pane-body p')).direction") == "rtl"
    assert page.get_attribute(".pane-body", "lang") == "he"
    assert page.evaluate("getComputedStyle(document.querySelector('#last .short')).direction") == "rtl"
