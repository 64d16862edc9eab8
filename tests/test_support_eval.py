import json
from pathlib import Path

import pytest

from index.articles import Article
from index.embedding import load_embeddings
from index.errors import ArticleError
from qa.corruptions import CORRUPTIONS, Donors, corrupt
from qa.figures import figures
from qa.likeness import Likeness
from qa.support_cases import half_of, read_paraphrases, support_cases
from qa.support_eval import BARS, Row, evaluate_support, render_support
from qa.weighing import TURNS, evidence, load_weights

DATA = Path(__file__).parent / "data"
QUOTE = "The mayor, Dorothea Lund, said on Tuesday that 1,200 residents had left and that prices may rise in May 2027."


def donors():
    given = Donors(names=["Osric Tull", "Ruben Castellow"], speakers=["the insurer"], others={QUOTE: ["Rain fell."]})
    given.take("The harbour master said that the ferry was safe.")
    return given


@pytest.mark.parametrize("kind", sorted(CORRUPTIONS))
def test_a_corruption_changes_one_thing_and_is_the_same_each_time(kind):
    made = corrupt(kind, QUOTE, QUOTE, donors())
    assert made == corrupt(kind, QUOTE, QUOTE, donors())
    assert made is None or made != (QUOTE, QUOTE)
    if kind in BARS and kind != "direction":
        assert made is not None


def test_a_corrupted_figure_is_not_in_the_quote():
    sentence, quote = corrupt("figure", QUOTE, QUOTE, donors())
    assert [one.value for one in figures(sentence)] != [one.value for one in figures(quote)]


def test_the_halves_are_told_apart_by_the_quote_alone():
    quotes = [f"Quote number {number}." for number in range(400)]
    published = sum(half_of(quote) == "publish" for quote in quotes)
    assert 60 < published < 140
    assert [half_of(quote) for quote in quotes] == [half_of(quote) for quote in quotes]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_rows_count_faithful_and_false_sentences(tmp_path):
    rows = [
        {
            "article": f"a{number}",
            "quote": f"Some {number}00 people left Lund on Tuesday.",
            "sentence": f"{number}00 people left Lund on Tuesday.",
        }
        for number in range(2, 30)
    ]
    article = Article(id="s", title="S", text="The bridge in Lund was closed on Monday, the council said. " * 3)
    news = write(
        tmp_path / "news.jsonl",
        [{"id": "n", "text": "The port of Ostrey was opened by Osric Tull on Friday, he said."}],
    )
    found = evaluate_support(write(tmp_path / "file.jsonl", rows), articles=[article], news=news, half="tune")
    table = {(row.source, row.kind): row for row in found}
    assert table["paraphrases", "faithful"].refused == 0
    assert table["paraphrases", "figure"].share == 1
    assert all(row.refused >= row.unsupported for row in found)
    both = sum(row.cases for row in found if row.kind == "faithful" and row.source == "paraphrases")
    other = evaluate_support(tmp_path / "file.jsonl", half="publish")
    assert both + sum(row.cases for row in other if row.kind == "faithful") == len(rows)


def test_a_line_that_is_no_paraphrase_is_named(tmp_path):
    (tmp_path / "file.jsonl").write_text('{"quote": "a"}\n', encoding="utf-8")
    with pytest.raises(ArticleError, match="line 1"):
        read_paraphrases(tmp_path / "file.jsonl")


def test_the_table_holds_each_kind_to_its_bar():
    table = render_support([Row("paraphrases", kind, 10, 9, 9) for kind in ("faithful", *BARS)])
    assert table.count("at least 95 %") == 4
    assert table.count("at least 85 %") == 4
    assert "at most  5 %" in table


def test_sentences_that_say_more_than_their_quote_are_made_only_when_asked_for(tmp_path):
    rows = [
        {"article": "a", "quote": f"Number {number} left Lund.", "sentence": f"From Lund number {number} went."}
        for number in range(8)
    ]
    file = write(tmp_path / "file.jsonl", rows)
    assert not [case for case in support_cases(file) if case.kind == "added"]
    added = [case for case in support_cases(file, added=True) if case.kind == "added"]
    assert added
    for case in added:
        assert case.sentence.count("Lund") == 2
        assert len(case.quotes) == 1


def test_a_case_has_the_first_quote_of_its_article_and_two_before_it_as_context(tmp_path):
    rows = [{"article": "a", "quote": f"Number {n} left.", "sentence": f"{n} left."} for n in range(5)]
    cases = support_cases(write(tmp_path / "file.jsonl", rows))
    contexts = {case.quotes[0]: case.context for case in cases if case.kind == "faithful"}
    assert contexts["Number 0 left."] == ()
    assert contexts["Number 4 left."] == ("Number 0 left.", "Number 2 left.", "Number 3 left.")


def test_a_file_of_paraphrases_may_say_what_stands_before_a_quote(tmp_path):
    rows = [{"article": "a", "quote": f"Number {n} left.", "sentence": f"{n} left.", "context": ["Z."]} for n in (1, 2)]
    cases = support_cases(write(tmp_path / "file.jsonl", rows))
    assert {case.context for case in cases} == {("Z.",)}


def test_the_written_paraphrases_quote_their_articles_and_give_what_stands_before():
    texts = {}
    for path in (DATA / "written").glob("*.jsonl"):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            texts[row["id"]] = row["text"]
    pairs = read_paraphrases(DATA / "paraphrases-written.jsonl")
    assert len({pair.sentence for pair in pairs}) == len(pairs) >= 800
    for pair in pairs:
        text = texts[pair.article]
        assert pair.sentence not in text
        before = text[: text.index(pair.quote)]
        assert all(one in before for one in pair.context)
        assert bool(pair.context) == bool(before)


def test_the_shipped_weights_are_those_of_the_evidence():
    weights = load_weights()
    assert set(weights) == {"rest", *TURNS}
    likeness = Likeness(load_embeddings().encode_tokens)
    for kind in weights:
        found = evidence("It may not rise.", ["It fell."], kind, likeness=likeness, flagged=True)
        assert len(found) + 1 == len(weights[kind])
