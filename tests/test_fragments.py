from urllib.parse import unquote

import pytest

from ui.fragments import passage_link, text_fragment

TEXT = "The list is long. He left at noon. She said the list is long. He left at noon, they say."


def span(quote, *, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(quote, start + 1)
    return start, start + len(quote)


def test_a_unique_passage_needs_no_context():
    assert text_fragment(TEXT, span("She said the list is long.")) == "She%20said%20the%20list%20is%20long."


def test_a_repeated_passage_gets_the_words_before_it():
    fragment = unquote(text_fragment(TEXT, span("He left at noon", nth=1)))
    assert fragment == "at noon. She said the list is long.-,He left at noon"


def test_a_passage_that_cannot_be_told_apart_has_no_fragment():
    assert text_fragment("Yes. Yes. Yes.", (5, 9)) == ""


def test_signs_of_the_directive_are_encoded():
    text = "A well-known, old & odd bridge."
    assert text_fragment(text, (0, len(text))) == "A%20well%2Dknown%2C%20old%20%26%20odd%20bridge."


def test_a_long_passage_is_named_by_its_ends():
    text = " ".join(f"word{n}" for n in range(100))
    fragment = text_fragment(text, (0, len(text)))
    assert fragment.startswith("word0%20word1")
    assert fragment.endswith("word99")
    assert len(fragment) < 150


def test_other_scripts_work():
    text = "Тест раз. Второе предложение здесь."
    assert unquote(text_fragment(text, (10, len(text)))) == "Второе предложение здесь."


@pytest.mark.parametrize("url", ["javascript:x", "", "ftp://example.org/a"])
def test_only_web_addresses_become_links(url):
    assert passage_link(url, TEXT, (0, 5)) == ""


def test_a_passage_without_a_fragment_still_links_to_its_article():
    assert passage_link("https://example.org/a", "Yes. Yes. Yes.", (5, 9)) == "https://example.org/a"
