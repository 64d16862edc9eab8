from index.articles import Article
from qa.answer import Answer
from qa.suggestions import answerable, questions_of
from tests.fakes import FakeQA, citation_of


def article(text, name="a"):
    return Article(id=name, title="t", text=text)


BRIDGE = article("Ann Mary Lee opened the old Ayle bridge. Rain fell.")
GATE = article("About 40 houses were flooded near Wexbury on Friday, she said.", "gate")


def answered(question, about, quote, **changes):
    plain = Answer(
        question=question,
        searched_for=question,
        answered=True,
        text="x",
        confidence=0.9,
        citations=(citation_of(about, quote),),
    )
    return plain.replace(**changes)


def test_questions_keep_the_articles_words_in_order():
    assert list(questions_of(BRIDGE)) == ["Who opened the old Ayle bridge?"]
    assert list(questions_of(GATE)) == ["How many houses were flooded near Wexbury on Friday?"]


def test_quotes_hearsay_and_short_questions_are_left_out():
    for text in ("Ann Mary Lee added that it rained in Ayle.", "“Ann Lee opened the bridge.”", "Ann Lee sneezed.", ""):
        assert list(questions_of(article(text))) == []


def test_only_what_is_answered_surely_and_from_that_article_is_offered():
    who, how = next(questions_of(BRIDGE)), next(questions_of(GATE))
    sure = {who: (answered(who, BRIDGE, "Rain fell."),), how: (answered(how, GATE, GATE.text),)}
    assert answerable(FakeQA(script=sure), [BRIDGE, GATE]) == [who, how]
    assert answerable(FakeQA(script=sure), [BRIDGE, GATE], wanted=1) == [who]
    unsure = {who: (answered(who, BRIDGE, "Rain fell.", confidence=0.4),), how: (answered(how, BRIDGE, "Rain fell."),)}
    assert answerable(FakeQA(script=unsure), [BRIDGE, GATE]) == []
