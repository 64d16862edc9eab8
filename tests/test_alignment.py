import numpy as np
import pytest

from index.articles import Article
from index.embedding import load_embeddings
from qa.alignment import align, word_vectors
from qa.answer import Answer
from qa.signals import UNALIGNED, Found, asked_of
from qa.wording import stem
from tests.fakes import passage_of

TEXT = "Mayor chosen\nShe will take the oath on 10 November. A net stopped the engines."
QUESTION = "When is the mayor sworn in?"


def test_a_word_is_the_mean_of_its_tokens_and_has_length_one():
    spans, vectors = word_vectors("Tea, please", [(0, 1), (1, 3), (3, 4), (5, 11)], np.eye(4, dtype=np.float32))
    assert spans == [(0, 3), (5, 11)]
    assert vectors == pytest.approx(np.array([[0.7071, 0.7071, 0, 0], [0, 0, 0, 1]]), abs=1e-3)


def test_words_whose_tokens_were_not_read_are_left_out():
    assert word_vectors("Tea, please", [(0, 3)], np.ones((1, 2), dtype=np.float32))[0] == [(0, 3)]
    assert word_vectors("Tea", [], np.ones((0, 2), dtype=np.float32))[0] == []


def test_other_words_of_the_same_meaning_are_met_and_missing_ones_are_not():
    tokens = load_embeddings().encode_tokens([QUESTION, TEXT])
    oath, net = (13, 50), (51, len(TEXT))
    sworn, mayor = stem("sworn"), stem("mayor")
    weights = {sworn: 1.0, mayor: 0.5}
    near, far = align((QUESTION, *tokens[0]), (TEXT, *tokens[1]), weights, [[oath], [net]])
    assert near.keys() == far.keys() == weights.keys()
    assert near[sworn] > far[sworn] + 0.2
    assert align((QUESTION, *tokens[0]), (TEXT, *tokens[1]), weights, [[(0, 0)]]) == [{sworn: 0.0, mayor: 0.0}]


def found_in(article, quote):
    start = article.text.index(quote)
    return Found(passage_of(article), (start, start + 3), (start, start + len(quote)), 0.0)


def test_a_sentence_that_meets_the_question_stands_out():
    article = Article(id="m", title="Mayor chosen", text=TEXT.split("\n", 1)[1])
    spans = [
        found_in(article, "She will take the oath on 10 November."),
        found_in(article, "A net stopped the engines."),
    ]
    draft = Answer(question=QUESTION, searched_for=QUESTION, answered=False)
    asked = asked_of(draft, tokens=load_embeddings().encode_tokens)
    oath, net = asked.aligned(spans)
    assert oath["aligned"] > net["aligned"]
    assert oath["nearby"] >= oath["aligned"]
    assert 0 <= oath["unmet"] <= 1
    assert asked_of(draft).aligned(spans[:1]) == [UNALIGNED]
