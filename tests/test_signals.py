import numpy as np

from index.articles import Article
from qa.answer import Answer, ScoredSpan
from qa.signals import Found, asked_of
from tests.fakes import passage_of

QUESTION = "how many died?"


def test_each_sentence_is_compared_with_the_question_once():
    put = []

    def embed(texts):
        put.append(list(texts))
        return np.array([[1.0, 0.0] if text in (QUESTION, "Three lost their lives.") else [0.0, 1.0] for text in texts])

    asked = asked_of(Answer(question=QUESTION, searched_for=QUESTION, answered=False), embed=embed)

    assert asked.likeness(["Three lost their lives.", "It rained."]) == {"Three lost their lives.": 1, "It rained.": 0}
    assert asked.likeness(["It rained.", "It stopped."]) == {"It rained.": 0, "It stopped.": 0}
    assert put == [[QUESTION, "Three lost their lives.", "It rained."], [QUESTION, "It stopped."]]


def test_without_vectors_nothing_is_like_the_question():
    assert asked_of(Answer(question=QUESTION, searched_for=QUESTION, answered=False)).likeness(["A."]) == {"A.": 0.0}


def test_each_sentence_is_read_by_itself_once_under_its_title():
    article = Article(id="ferry", title="Ferry", text="Three lost their lives. It rained.")
    passage = passage_of(article)
    three, lives = (Found(passage, span, passage.sentences[0], 1.0) for span in ((0, 5), (17, 22)))
    put = []

    def read(texts):
        put.append(list(texts))
        return [[ScoredSpan(start=0, end=5, score=9.0), ScoredSpan(start=6, end=11, score=4.0)] for _ in texts]

    asked = asked_of(Answer(question=QUESTION, searched_for=QUESTION, answered=False), read=read)

    assert asked.alone([three, lives]) == [{"alone": 0.8, "again": 0.8}, {"alone": 0.8, "again": -1.5}]
    assert asked.alone([three]) == [{"alone": 0.8, "again": 0.8}]
    assert put == [["Ferry\nThree lost their lives."]]


def test_what_is_not_read_again_keeps_its_margin():
    passage = passage_of(Article(id="ferry", title="Ferry", text="Three lost their lives."))
    asked = asked_of(Answer(question=QUESTION, searched_for=QUESTION, answered=False))
    assert asked.alone([Found(passage, (0, 5), (0, 23), 2.0)]) == [{"alone": 0.4, "again": 0.4}]
