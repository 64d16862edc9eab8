import json

import pytest

from index.articles import Article
from index.errors import ArticleError
from qa.corruptions import CORRUPTIONS, Donors, corrupt
from qa.figures import figures
from qa.support_eval import BARS, Row, evaluate_support, half_of, read_paraphrases, render_support

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
