"""articleqa list | show | remove | verify | backup | restore: what keeps an index in order."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.commands import as_json, commands, index_options, opened
from ui.terminal import plain

if TYPE_CHECKING:
    from index.articles import Article
    from index.catalog import ArticleRow
    from index.verification import VerifyReport

__all__ = ["backup_command", "list_command", "remove_command", "restore_command", "show_command", "verify_command"]

DAMAGED = 1
"""Exit status of `verify` when something is wrong, or still is after a repair."""


def _day(context: click.Context, option: click.Parameter, given: str | None) -> str:
    from datetime import date

    del context
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError as error:
        raise click.BadParameter(f"takes a day as YYYY-MM-DD, not {given!r}", param=option) from error


@commands.command("list")
@index_options
@click.option("--outlet", default="", help="Only this outlet, in any case.")
@click.option("--from", "start", metavar="DAY", callback=_day, help="Published on or after.")
@click.option("--to", "end", metavar="DAY", callback=_day, help="Published on or before.")
@click.option("--words", default="", help="Only articles with all of these words in title, outlet, author or text.")
@as_json
def list_command(place: Path | None, *, sample: bool, as_json: bool, **filters: str) -> None:
    """List articles, newest first."""
    with opened(place, sample=sample) as library:
        rows = library.articles(**filters)
    _print(as_json=as_json, dump=lambda: [asdict(row) for row in rows], render=lambda: render_rows(rows))


@commands.command("show")
@click.argument("name", metavar="ID")
@index_options
@as_json
def show_command(name: str, place: Path | None, *, sample: bool, as_json: bool) -> None:
    """Show one article by its id, or any kept version by the hash of its text."""
    with opened(place, sample=sample) as library:
        try:
            article = library.article(name)
        except KeyError:
            try:
                article = library.version(name)
            except KeyError:
                raise click.ClickException(f"There is no article {name!r}. See: articleqa list") from None
    _print(
        as_json=as_json,
        dump=lambda: {**asdict(article), "sha256": article.sha256},
        render=lambda: render_article(article),
    )


@commands.command("remove")
@click.argument("names", nargs=-1, required=True)
@index_options
@click.option("--erase", is_flag=True, help="Leave no trace: kept versions, vectors and old generations go as well.")
@click.option("--wait", default=0.0, metavar="SECONDS", help="How long to wait for another writer.")
def remove_command(names: Sequence[str], place: Path | None, *, sample: bool, erase: bool, wait: float) -> None:
    """Take articles (by id or file) or remembered folders out of the index; their files stay.

    What was removed stays readable by its hash for 30 days, unless it is erased.
    """
    with opened(place, sample=sample) as library:
        try:
            count = library.remove(*names, erase=erase, wait=wait)
        except KeyError as error:
            message = f"{plain(str(error.args[0]))} is no article and no folder of this index. See: articleqa list"
            raise click.ClickException(message) from None
    click.echo(f"{'Erased' if erase else 'Removed'} {count} {'article' if count == 1 else 'articles'}.")


@commands.command("verify")
@index_options
@click.option("--repair", is_flag=True, help="Mend it; nothing is embedded whose vector is still in any file.")
@as_json
def verify_command(place: Path | None, *, sample: bool, as_json: bool, repair: bool) -> None:
    """Check that the index holds what was written to it.

    The exit status is 0 when nothing is wrong (any more).
    """
    with opened(place, sample=sample) as library:
        report = library.verify(repair=repair)
    _print(as_json=as_json, dump=report.to_json, render=lambda: render_verification(report))
    if not report.ok:
        raise click.exceptions.Exit(DAMAGED)


@commands.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@index_options
def backup_command(file: Path, place: Path | None, *, sample: bool) -> None:
    """Write the whole index to one file; others may ask and sync meanwhile."""
    from index.backup import backup

    with opened(place, sample=sample) as library:
        size = backup(library, file)
    click.echo(f"Wrote {file} ({size / 1e6:.1f} MB). Bring it back with: articleqa restore {file} --index NEW")


@commands.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--index", "place", type=click.Path(path_type=Path), help="Where to; nothing may be there yet.")
def restore_command(file: Path, place: Path | None) -> None:
    """Make the index of a backup at a new place; it answers as it did then."""
    from index.backup import restore
    from index.library import Library
    from qa.places import default_index

    target = place or default_index()
    restore(file, target)
    library = Library.open(target)
    count = len(library.articles())
    library.close()
    click.echo(f"Restored {count} articles to {target}.")


def render_rows(rows: Sequence["ArticleRow"]) -> str:
    """One line an article: id, day, outlet, title."""
    if not rows:
        return "No articles."
    width = max(len(row.id) for row in rows)
    return "\n".join(f"{plain(row.id):{width}}  {row.published[:10] or '-':10}  {_titled(row)}" for row in rows)


def _titled(row: "ArticleRow") -> str:
    return f"{plain(row.source)}: {plain(row.title)}" if row.source else plain(row.title)


def render_article(article: "Article") -> str:
    """What is known of an article, then its text, paragraph by paragraph."""
    fields = ("title", "source", "author", "published", "url", "language", "path", "id", "sha256")
    head = [f"{name:10} {plain(getattr(article, name))}" for name in fields if getattr(article, name)]
    return "\n".join([*head, "", *(plain(line) for line in article.text.split("\n"))])


def render_verification(report: "VerifyReport") -> str:
    """What was checked, and each problem."""
    return "\n".join(_verification(report))


def _verification(report: "VerifyReport") -> Iterator[str]:
    yield (
        f"Checked {report.articles} articles, {report.texts} texts, {report.chunks} chunks, {report.vectors} vectors "
        f"and {report.files} files of generation {report.generation}; looked for {report.reached} chunks by their "
        "own vector."
    )
    for problem in report.mended:
        yield f"Mended: {plain(problem.what)}"
    if report.embedded:
        yield f"{report.embedded} chunks had to be embedded again."
    for problem in report.problems:
        yield f"Wrong: {plain(problem.what)}"
    yield "Nothing is wrong." if report.ok else _advice(report)


def _advice(report: "VerifyReport") -> str:
    lost = {"catalog", "texts"} & {problem.part for problem in report.problems}
    if report.mended or lost:
        return (
            "Mend the rest from a backup (articleqa restore FILE --index NEW) or from your folders "
            "(articleqa index FOLDER --index NEW); what can be made anew: articleqa verify --repair"
        )
    return "Mend it with: articleqa verify --repair"


def _print(*, as_json: bool, dump: Callable[[], Any], render: Callable[[], str]) -> None:
    click.echo(json.dumps(dump(), ensure_ascii=False, indent=2) if as_json else render())
