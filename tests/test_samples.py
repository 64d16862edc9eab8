"""The sample articles and the question files written from them hold together."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import index
from index.articles import Article, read_articles

SAMPLES = Path(index.__path__[0]) / "samples"
DATA = Path(__file__).parent / "data"
KINDS = {"span", "list", "why", "how", "yesno", "about", "quote", "date", "disagreement"}


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").split("\n") if line]


def questions() -> list[dict]:
    return rows("tune.jsonl") + rows("check.jsonl")


def turns() -> list[dict]:
    return [turn for conversation in rows("conversations.jsonl") for turn in conversation["turns"]]


def name_of(article: Article) -> str:
    """The file's stem, or the id of one of several articles in a file."""
    file, _, part = str(article.path).partition("#")
    return part or (article.id if file.endswith(".jsonl") else Path(file).stem)


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    found = list(read_articles(SAMPLES))
    assert not [item for item in found if not isinstance(item, Article)]
    named = {name_of(article): article for article in found}
    assert len(named) == len(found)
    return named


def assert_held(sentences: list[str], names: list[str], articles: dict[str, Article]) -> None:
    """Each sentence stands to the character on one line of a named article, and each name is used."""
    lines = {name: articles[name].text.split("\n") for name in names}
    for sentence in sentences:
        assert any(sentence in line for found in lines.values() for line in found), sentence
    for name, found in lines.items():
        assert any(sentence in line for sentence in sentences for line in found), name


def test_samples_are_many_and_in_four_formats(articles):
    assert len(articles) >= 16
    assert {path.suffix for path in SAMPLES.iterdir()} == {".txt", ".md", ".html", ".jsonl"}


def test_each_sample_says_who_published_it_and_when(articles):
    for name, article in articles.items():
        assert article.title, name
        assert article.source, name
        assert article.author, name
        assert re.match(r"\d{4}-\d{2}-\d{2}", article.published), name


def test_each_sample_is_news_sized(articles):
    for name, article in articles.items():
        assert 150 <= len(article.text.split()) <= 400, name


def test_sample_links_lead_to_example_org_only(articles):
    for name, article in articles.items():
        assert urlsplit(article.url).hostname == "www.example.org", name
    for path in SAMPLES.iterdir():
        hosts = {urlsplit(link).hostname for link in re.findall(r"https?://[^\s\"'<>)]+", path.read_text("utf-8"))}
        assert hosts <= {"www.example.org", "schema.org"}, path.name


def test_page_furniture_stays_out_of_web_pages(articles):
    pages = [article for article in articles.values() if str(article.path).endswith(".html")]
    assert len(pages) >= 4
    for page in pages:
        assert not re.search(r"cookie|Most read|All rights reserved|Sign up|Skip to content", page.text)


def test_header_lines_are_no_part_of_the_text(articles):
    for name, article in articles.items():
        assert not re.match(r"---|(title|date|source|url|author):", article.text, re.IGNORECASE), name


@pytest.mark.parametrize(("name", "count"), [("tune.jsonl", 40), ("check.jsonl", 80)])
def test_a_third_of_each_question_file_has_no_answer(name, count):
    found = rows(name)
    assert len(found) == count
    assert 0.33 <= sum(row["impossible"] for row in found) / count <= 0.36


def test_every_question_is_asked_once_and_has_a_known_kind():
    found = questions()
    assert len({row["id"] for row in found}) == len(found)
    assert len({row["question"].lower() for row in found}) == len(found)
    assert {row["kind"] for row in found} == KINDS
    for row in found:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.get("as_of", "2026-01-01")), row["id"]


def test_supporting_sentences_stand_verbatim_in_their_articles(articles):
    for row in questions():
        assert bool(row["sentences"]) is not row["impossible"], row["id"]
        assert_held(row["sentences"], row["articles"], articles)


def test_answers_are_words_of_a_supporting_sentence():
    for row in questions() + turns():
        assert bool(row["answers"]) is not row["impossible"], row["question"]
        held = [answer for answer in row["answers"] if any(answer in sentence for sentence in row["sentences"])]
        assert held or row["impossible"], row["question"]


def test_disagreements_give_each_value_with_its_own_sentence():
    found = [row for row in questions() if row["kind"] == "disagreement"]
    assert len(found) >= 15
    assert {row["disagreement"] for row in found} == {"update", "correction", "denial", "outlets"}
    for row in found:
        assert len(row["answer_groups"]) >= 2, row["id"]
        assert row["answers"] == [answer for group in row["answer_groups"] for answer in group], row["id"]
        assert len(row["articles"]) >= 2, row["id"]
        for group in row["answer_groups"]:
            assert any(answer in sentence for answer in group for sentence in row["sentences"]), group


def test_the_question_of_the_readme_is_answered_by_one_sentence(articles):
    row = next(row for row in questions() if row["question"] == "who must agree on the opposition list?")
    assert "the key countries involved" in row["answers"]
    assert sum("key countries involved" in article.text for article in articles.values()) == 1


def test_conversations_have_follow_ups_that_can_be_read_alone(articles):
    found = rows("conversations.jsonl")
    assert len({row["id"] for row in found}) == len(found)
    assert sum(len(row["turns"]) - 1 for row in found) >= 40
    for row in found:
        assert 2 <= len(row["turns"]) <= 5, row["id"]
        assert row["turns"][0]["standalone"] == row["turns"][0]["question"], row["id"]
        for turn in row["turns"][1:]:
            assert turn["standalone"] != turn["question"], turn["question"]
        for turn in row["turns"]:
            assert_held(turn["sentences"], turn["articles"], articles)


def test_paraphrases_quote_verbatim_and_say_it_otherwise(articles):
    found = rows("paraphrases.jsonl")
    assert len(found) >= 300
    assert len({row["id"] for row in found}) == len({row["sentence"] for row in found}) == len(found)
    of_samples = [row for row in found if row["article"] in articles]
    assert len(of_samples) >= 300
    assert {row["article"] for row in of_samples} == set(articles)
    for row in of_samples:
        assert_held([row["quote"]], [row["article"]], articles)
    for row in found:  # the others' quotes were written with them: news of other kinds than the samples
        assert row["sentence"] not in row["quote"], row["id"]


def test_hostile_articles_are_many_and_reach_for_no_real_host():
    found = rows("hostile/injection.jsonl")
    assert len(found) >= 50
    assert len({row["id"] for row in found}) == len(found)
    assert len({row["attack"].split("-")[0] for row in found}) >= 8
    fields = {"id", "title", "text", "url", "author", "published", "source", "attack"}
    for row in found:
        assert set(row) == fields, row["id"]
        for link in re.findall(r"https?://([^/\s\"'<>)?;]+)", json.dumps(row)):
            assert link.rpartition("@")[2].endswith(("www.example.org", "collect.invalid")), link
