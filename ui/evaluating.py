"""articleqa eval ...: measure the reader, the answers and the support check on files of one's own."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ui.commands import as_json, commands, index_options, opened, show

__all__ = ["evaluation"]

existing = click.Path(exists=True, dir_okay=False, path_type=Path)
limit = click.option("--limit", type=click.IntRange(min=1), help="Ask only so many questions.")


def _writable(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refused before the first question is asked, not when the last one was answered."""
    if path and not os.access(path.parent, os.W_OK):
        raise click.BadParameter(f"no file can be written in {path.parent}")
    return path


out = click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=_writable,
    help="Write one JSON line per question here.",
)


@commands.group("eval")
def evaluation() -> None:
    """Measure the reader, the answers or the support check on a file."""


@evaluation.command("reading")
@click.argument("file", type=existing)
@click.option("--reader", help="Another extractive model: a Hugging Face name or path on this machine.")
@limit
@out
@as_json
def eval_reading(file: Path, *, reader: str | None, limit: int | None, out: Path | None, as_json: bool) -> None:
    """Questions with their passage: EM, F1, no-answer, AUROC of the margin.

    FILE holds JSON lines (also .gz): id, context, question, answers [{text, answer_start}], impossible.
    """
    from qa.reader import load_reader
    from qa.reader_eval import evaluate_reading, render_reading

    with counted("questions") as progress:
        report = evaluate_reading(file, reader=load_reader(reader), limit=limit, out=out, progress=progress)
    show(report, as_json=as_json, render=render_reading)


@evaluation.command("questions")
@click.argument("file", type=existing)
@index_options
@limit
@out
@as_json
def eval_questions(
    file: Path, place: Path | None, *, sample: bool, limit: int | None, out: Path | None, as_json: bool
) -> None:
    """Questions to a whole index: retrieval, answers, citations, abstention, calibration, time.

    FILE holds JSON lines (also .gz): question, answers [text], and optionally id, sentences, articles, as_of,
    kind, impossible.
    """
    from qa.question_eval import evaluate_questions, render_report

    with opened(place, sample=sample) as library, counted("questions") as progress:
        report = evaluate_questions(file, library.path, limit=limit or 0, out=out, progress=progress)
    show(report, as_json=as_json, render=render_report)


@evaluation.command("support")
@click.argument("file", type=existing)
@click.option("--news", type=existing, help="More articles to make false sentences from: JSON lines, id and text.")
@click.option("--nli", metavar="MODEL", help="A Hugging Face NLI model as one more check.")
@as_json
def eval_support(file: Path, *, news: Path | None, nli: str | None, as_json: bool) -> None:
    """The check of a chat model's sentences: false ones found, faithful ones refused.

    FILE holds JSON lines (also .gz) of faithful sentences: quote, sentence. The false ones are made by program.
    """
    from dataclasses import asdict

    from index.articles import Article, read_articles
    from index.embedding import load_embeddings
    from qa.likeness import Likeness
    from qa.places import sample_articles
    from qa.support_eval import evaluate_support, render_support

    judge = None
    if nli:
        from qa.nli import load_judge

        judge = load_judge(nli)
    articles = [found for found in read_articles(sample_articles()) if isinstance(found, Article)]
    likeness = Likeness(load_embeddings().encode_tokens)
    rows = evaluate_support(file, articles=articles, news=news, likeness=likeness, judge=judge)
    click.echo(json.dumps([asdict(row) for row in rows], indent=2) if as_json else render_support(rows))


@contextmanager
def counted(unit: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error while a person is looking."""
    from tqdm import tqdm

    bar: Any = tqdm(unit=" " + unit, leave=False, disable=None)

    def step(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield step
    finally:
        bar.close()
