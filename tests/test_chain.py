"""Questions over the sample articles with the bundled models: what is promised of every answer."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index import Filters, Library
from index.errors import IndexMissingError
from qa import Answer, ArticleQA, Turn, ask
from qa.answer import Alternative

DATA = Path(__file__).parent / "data"
QUESTION = "Where did Kerry and Lavrov meet?"


def questions():
    return [json.loads(line)["question"] for line in (DATA / "tune.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_question_of_the_readme_is_answered_with_a_whole_sentence(sample_qa):
    answer = sample_qa.invoke(QUESTION)
    assert answer.answered
    assert answer.text == "Zurich"
    citation = answer.citations[0]
    assert citation.quote.startswith("U.S. Secretary of State John Kerry")
    assert citation.quote.endswith("without a common list.")
    assert (citation.source, citation.published) == ("Meridian Briefing", "2016-01-20")


@pytest.mark.parametrize("question", questions()[::4])
def test_every_citation_is_the_article_to_the_character(sample_qa, question):
    answer = sample_qa.invoke(question)
    for citation in answer.citations:
        article = sample_qa.library.version(citation.article_sha256)
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.text[citation.answer_start : citation.answer_end] == citation.answer
    assert answer.answered == bool(citations := answer.citations), citations
    json.dumps(answer.to_json())


@pytest.mark.xfail(strict=True, reason="the reader of this version finds the sentence and is not sure of it")
def test_who_must_agree_on_the_list_is_answered(sample_qa):
    assert "key countries" in sample_qa.invoke("who must agree on the opposition list?").text


def test_stream_tells_the_passages_first_and_the_final_answer_last(sample_qa):
    stages = list(sample_qa.stream(QUESTION))
    assert stages[0].stage == "passages"
    assert stages[0].passages
    assert [answer.final for answer in stages] == [False] * (len(stages) - 1) + [True]
    assert stages[-1] == sample_qa.invoke(QUESTION)


def test_invoke_ainvoke_batch_and_many_threads_give_the_same_answer(sample_qa):
    expected = sample_qa.invoke(QUESTION)
    assert asyncio.run(sample_qa.ainvoke(QUESTION)) == expected
    assert sample_qa.batch([QUESTION, QUESTION]) == [expected, expected]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(sample_qa.invoke, [QUESTION] * 16)) == [expected] * 16


def test_a_follow_up_is_searched_for_as_a_question_that_stands_alone(sample_qa):
    first = sample_qa.invoke("Where did Kerry and Lavrov meet?")
    turn = Turn(first.question, first.searched_for, first)
    then = sample_qa.invoke("And when did they meet?", history=[turn])
    assert then.searched_for != then.question
    assert "Kerry" in then.searched_for


def test_filters_keep_other_outlets_out(sample_qa):
    answer = sample_qa.invoke(QUESTION, filters=Filters(outlets=("Coastline Radio",)))
    assert {passage.source for passage in answer.passages} == {"Coastline Radio"}


def test_filters_keep_other_days_out(sample_qa):
    answer = sample_qa.invoke("What happened?", filters=Filters(start="2016-01-01", end="2016-12-31"))
    assert {passage.published[:4] for passage in answer.passages} == {"2016"}


def test_an_empty_question_is_a_callers_mistake(sample_qa):
    with pytest.raises(ValueError, match="empty"):
        sample_qa.invoke("  ")


def test_an_empty_index_says_that_the_articles_do_not_say(tmp_path):
    qa = ArticleQA(Library.open(tmp_path / "place", create=True))
    answer = qa.invoke(QUESTION)
    assert (answer.answered, answer.citations, answer.passages) == (False, (), ())


def test_ask_names_a_missing_index(tmp_path):
    with pytest.raises(IndexMissingError) as caught:
        ask(QUESTION, index=tmp_path / "nowhere")
    assert caught.value.path == tmp_path / "nowhere"


def test_ask_keeps_the_index_open_and_notices_what_is_new(tmp_path):
    story = tmp_path / "stories" / "tea.txt"
    story.parent.mkdir()
    story.write_text("Title: Tea\n\nThe first tea ship reached Port Ellory in 1702.\n", encoding="utf-8")
    library = Library.open(tmp_path / "place", create=True)
    library.sync(story.parent)
    before = ask("When did the first tea ship reach Port Ellory?", index=tmp_path / "place")
    story.write_text("Title: Tea\n\nThe first tea ship reached Port Ellory in 1698.\n", encoding="utf-8")
    library.sync()
    after = ask("When did the first tea ship reach Port Ellory?", index=tmp_path / "place")
    assert "1702" in before.citations[0].quote
    assert "1698" in after.citations[0].quote
    assert after.generation > before.generation


def test_an_answer_becomes_a_message_with_citation_annotations(sample_qa):
    message = sample_qa.invoke(QUESTION).to_message()
    (block,) = message.content_blocks
    (annotation, *_) = block["annotations"]
    assert annotation["type"] == "citation"
    assert annotation["cited_text"].startswith("U.S. Secretary of State")
    assert annotation["extras"]["number"] == 1


def test_a_message_says_that_articles_disagree_and_takes_no_guess_for_an_answer(sample_qa):
    answer = sample_qa.invoke(QUESTION)
    (first, *_) = answer.citations
    both = (Alternative(text="Zurich", citations=(1,), newest=True), Alternative(text="Geneva", citations=(2,)))
    split = answer.replace(citations=(first, replace(first, number=2)), sentences=(), alternatives=both)
    (block,) = split.to_message().content_blocks
    assert block["text"] == "The articles disagree.\n- Zurich [1] (newest)\n- Geneva [2]"
    borne = [block["text"][one["start_index"] : one["end_index"]] for one in block["annotations"]]
    assert borne == ["- Zurich [1] (newest)", "- Geneva [2]"]
    guess = Answer(question="q", searched_for="q", answered=False, guess=first)
    assert guess.to_message().text == "The articles do not say."


def test_an_unanswered_answer_cannot_carry_citations(sample_qa):
    citation = sample_qa.invoke(QUESTION).citations[0]
    with pytest.raises(AssertionError):
        Answer(question="q", searched_for="q", answered=False, citations=(citation,))
