from langchain_core.language_models import FakeListChatModel

from index.articles import Article
from qa.answer import Answer
from tests.fakes import FakeLibrary, FakeQA, citation_of
from ui.desk import Desk
from ui.overview import Overview

BRIDGE = Article(
    id="bridge",
    title="Bridge <b>",
    text="Ann Mary Lee opened the old Ayle bridge.",
    source="Town Crier",
    published="2016-01-20",
)
WHO = "Who opened the old Ayle bridge?"
ANSWER = Answer(
    question=WHO,
    searched_for=WHO,
    answered=True,
    text="x",
    confidence=0.9,
    citations=(citation_of(BRIDGE, BRIDGE.text),),
)


def overview_of(tmp_path, *held):
    qa = FakeQA(library=FakeLibrary(held=held, path=tmp_path), script={WHO: (ANSWER,)})
    return Overview(Desk(qa, path=tmp_path)), qa


def test_suggestions_are_looked_for_once_an_index_and_change_the_revision(tmp_path):
    overview, qa = overview_of(tmp_path, BRIDGE)
    before = overview.revision()
    overview.wait()
    assert overview.revision() != before
    assert WHO in overview.welcome()
    asked = len(qa.asked)
    overview.revision()
    overview.wait()
    assert len(qa.asked) == asked


def test_a_new_generation_is_looked_at_anew(tmp_path):
    overview, qa = overview_of(tmp_path, BRIDGE)
    overview.revision()
    overview.wait()
    qa.library.generation = 2
    overview.revision()
    overview.wait()
    assert len(qa.asked) == 2


def test_after_closing_nothing_is_looked_for(tmp_path):
    overview, qa = overview_of(tmp_path, BRIDGE)
    overview.close()
    overview.revision()
    overview.wait()
    assert qa.asked == []


def test_what_is_held_is_told_without_markup(tmp_path):
    overview, _ = overview_of(tmp_path, BRIDGE)
    assert "1 article from 1 outlet" in overview.masthead()
    assert "Bridge &lt;b&gt;" in overview.shelf()
    assert "20 January 2016" in overview.shelf()
    assert "Town Crier" in overview.filters()


def test_an_empty_index_offers_a_first_run(tmp_path):
    assert "nothing to read yet" in overview_of(tmp_path)[0].welcome()
    nothing = Overview(Desk(None, path=tmp_path, open_samples=FakeQA))
    assert nothing.revision() == "none"
    assert 'data-act="samples"' in nothing.welcome()
    assert (nothing.shelf(), nothing.filters(), nothing.shelf_search()) == ("", "", "")


def test_the_switch_names_the_machine_of_the_chat_model_and_is_not_there_without_one(tmp_path):
    overview, qa = overview_of(tmp_path, BRIDGE)
    assert "use-llm" not in overview.filters()
    qa.llm = FakeListChatModel(responses=["No."])
    assert "sent to <bdi>fake-list-chat-model</bdi>" in overview.filters()
