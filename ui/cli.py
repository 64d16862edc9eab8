"""articleqa index | ask | chat | status | ...: the command line."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui import evaluating, keeping  # noqa: F401 - they register their commands
from ui.commands import as_json, commands, index_options, model_options, opened, show

if TYPE_CHECKING:
    from index.library import Library
    from qa.chain import ArticleQA

__all__ = ["main"]

UNANSWERED = 3
"""Exit status of `ask` when the articles do not say."""

QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}
"""Set before the first heavy import, so that nothing looks up a server of its own."""

NAMES_A_MODEL = ("--reader", "--nli", "--embedder", "huggingface:", "hf:")
"""Words of a command line that let a model be fetched: the only other thing that does is --llm."""


def main() -> None:
    """Run the command line; the exit status is 0, 1 for a failure, 2 for wrong usage, 3 for unanswered."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not any(word.startswith(NAMES_A_MODEL) for word in sys.argv[1:]):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        sys.exit(commands.main(prog_name="articleqa", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; nothing was changed that was not finished.", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from index.errors import ArticleQAError

        if not isinstance(error, ArticleQAError):
            raise
        click.echo(f"articleqa: {error}", err=True)
        sys.exit(1)


@commands.command("index")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@index_options
@click.option("--embedder", help="Embedding model for a new index: a name or path on this machine.")
@click.option("--allow-removal", is_flag=True, help="Go on although a folder lost more than 30 % of its articles.")
@as_json
def index_command(paths: tuple[Path, ...], place: Path | None, *, sample: bool, as_json: bool, **how: Any) -> None:
    """Add folders or files to an index and remember them; what is there is brought up to date."""
    _sync(paths, place, sample=sample, as_json=as_json, **how)


@commands.command("sync")
@index_options
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--allow-removal", is_flag=True, help="Go on although a folder lost more than 30 % of its articles.")
@click.option("--rebuild", is_flag=True, help="Cut and embed every article again; the old index answers meanwhile.")
@click.option("--wait", default=0.0, metavar="SECONDS", help="How long to wait for another writer.")
@click.option("--embedder", help="With --rebuild: another embedding model, a name or path on this machine.")
@as_json
def sync_command(place: Path | None, *, sample: bool, as_json: bool, **how: Any) -> None:
    """Bring every remembered folder up to date."""
    _sync((), place, sample=sample, as_json=as_json, **how)


def _sync(
    paths: tuple[Path, ...],
    place: Path | None,
    *,
    sample: bool,
    as_json: bool,
    embedder: str | None = None,
    **how: Any,
) -> None:
    from index.library import Library
    from qa.places import default_index
    from ui.terminal import render_report, shown_progress

    if sample:
        with opened(place, sample=True) as library, shown_progress() as progress:
            report = library.sync(*paths, progress=progress, **how)
    else:
        library = Library.open(place or default_index(), create=bool(paths), embedder=embedder)
        with shown_progress() as progress:
            report = library.sync(*paths, progress=progress, **how)
        library.close()
    show(report, as_json=as_json, render=render_report)


@commands.command("ask")
@click.argument("question")
@index_options
@click.option(
    "-k", "passages", type=click.IntRange(min=1), default=12, show_default=True, help="How many passages to read."
)
@click.option("--as-of", metavar="DAY", help="What 'today' means, as YYYY-MM-DD [default: today].")
@model_options
@as_json
def ask_command(
    question: str, place: Path | None, *, sample: bool, as_json: bool, as_of: str | None, **how: Any
) -> None:
    """Answer one question, with the sentence the answer stands in.

    The exit status is 0 when answered and 3 when the articles do not say.
    """
    from ui.terminal import render_answer

    if not question.strip():
        raise click.UsageError("The question is empty.")
    if question != question.encode(errors="ignore").decode():  # Python hands over such bytes as lone surrogates
        raise click.UsageError("The question is not UTF-8 text.")
    day = _day(as_of)
    with opened(place, sample=sample) as library:
        answer = build_qa(library, **how).invoke(question, as_of=day)
    show(answer, as_json=as_json, render=render_answer)
    if not answer.answered:
        raise click.exceptions.Exit(UNANSWERED)


@commands.command("chat")
@index_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, help="Port to listen on; 0 for a free one.")
@click.option("--auth-file", type=click.Path(exists=True, path_type=Path), help="Visitors, one name:password a line.")
@click.option("--no-auth", is_flag=True, help="Let everyone in who can reach the address.")
@model_options
def chat_command(
    place: Path | None,
    *,
    sample: bool,
    host: str,
    port: int,
    auth_file: Path | None,
    no_auth: bool,
    **models: Any,
) -> None:
    """Open the web chat and print its address."""
    from ui.server import serve

    def announce(address: str) -> None:
        click.echo(f"The chat is open at {address} (stop it with Ctrl-C).")

    from index.errors import IndexMissingError
    from index.library import Library
    from qa.places import default_index, open_samples

    where: dict[str, Any] = {
        "host": host,
        "port": port,
        "auth_file": auth_file,
        "no_auth": no_auth,
        "announce": announce,
    }
    try:
        with opened(place, sample=sample) as library:
            serve(build_qa(library, **models), **where)
    except IndexMissingError:
        # The chat itself offers to make the index, or to look at the samples.
        serve(
            place or default_index(),
            open_samples=lambda: build_qa(open_samples(), **models),
            open_index=lambda path: build_qa(Library.open(path), **models),
            **where,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}") from error


@commands.command("status")
@index_options
@as_json
def status_command(place: Path | None, *, sample: bool, as_json: bool) -> None:
    """Say what an index holds, from where, and what could not be read."""
    from ui.terminal import render_status

    with opened(place, sample=sample) as library:
        show(library.status(), as_json=as_json, render=render_status)


def build_qa(  # noqa: PLR0913 - one a command-line option
    library: "Library",
    *,
    passages: int = 12,
    reader: str | None = None,
    llm: str | None = None,
    llm_base_url: str | None = None,
    nli: str | None = None,
    min_confidence: float | None = None,
) -> "ArticleQA":
    """Questions over an open library, with the models that the command line named."""
    from qa.chain import ArticleQA

    found: dict[str, Any] = {"k": passages, "min_confidence": min_confidence}
    if reader:
        from qa.reader import load_reader

        found["reader"] = load_reader(reader, download=True)
    if llm:
        from qa.chat_models import load_chat_model

        found["llm"] = load_chat_model(llm, base_url=llm_base_url)
    if nli:
        from qa.nli import load_judge

        found["judge"] = load_judge(nli)
    return ArticleQA(library, **found)


def _day(text: str | None) -> str | None:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise click.UsageError(f"--as-of takes a day as YYYY-MM-DD, not {text!r}.") from error


if __name__ == "__main__":
    main()
