"""The root command with what its commands share: options, the open library, printing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from index.library import Library

__all__ = ["as_json", "commands", "index_options", "model_options", "opened", "show"]

Command = Callable[..., Any]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="articleqa")
def commands() -> None:
    """Ask questions of a pile of articles: a short answer, then the sentence it stands in."""


def index_options(command: Command) -> Command:
    """--index and --sample, for every command that works on an index."""
    command = click.option("--sample", is_flag=True, help="Use the sample articles that come with articleqa.")(command)
    return click.option(
        "--index",
        "place",
        envvar="ARTICLEQA_INDEX",
        type=click.Path(path_type=Path),
        help="The index directory [default: in your data directory; or ARTICLEQA_INDEX].",
    )(command)


def _named(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    """The name of a chat model, refused before anything is opened where it has no provider or no model."""
    provider, _colon, model = (name or "").partition(":")
    if name and not (provider and model):
        raise click.BadParameter(f"{name!r} names no chat model; write provider:model, such as ollama:llama3.2")
    return name


def model_options(command: Command) -> Command:
    """--reader, --llm and what belongs to them, for every command that answers."""
    for option in (
        click.option("--nli", metavar="MODEL", help="With --llm: a Hugging Face NLI model as one more check."),
        click.option("--llm-base-url", metavar="URL", help="Address of an Ollama or OpenAI-compatible server."),
        click.option(
            "--llm",
            envvar="ARTICLEQA_LLM",
            metavar="PROVIDER:MODEL",
            callback=_named,
            help="Let a chat model write, every sentence checked; it sees passages of the articles [or ARTICLEQA_LLM].",
        ),
        click.option("--reader", metavar="MODEL", help="Another extractive model: a Hugging Face name or path."),
        click.option("--min-confidence", type=click.FloatRange(0, 1), help="Answer only when at least this sure."),
    ):
        command = option(command)
    return command


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def opened(place: Path | None, *, sample: bool, create: bool = False) -> "Iterator[Library]":
    """The library a command was pointed at."""
    from index.library import Library
    from qa.places import default_index, open_samples
    from ui.terminal import shown_progress

    if sample:
        with shown_progress() as progress:
            library = open_samples(progress=progress)
    else:
        library = Library.open(place or default_index(), create=create)
    try:
        yield library
    finally:
        library.close()


def show(found: Any, *, as_json: bool, render: Callable[[Any], str]) -> None:
    """Print a result for a person or as JSON."""
    click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2) if as_json else render(found))
