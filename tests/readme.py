"""Writes the help texts into the README: `python -m tests.readme`; a test holds them to the program."""

import re
from pathlib import Path

import click

from ui import cli  # noqa: F401 - registers every command
from ui.commands import commands

README = Path(__file__).resolve().parent.parent / "README.md"
PLACE = re.compile(r"<!-- help -->.*?<!-- /help -->", re.DOTALL)


def leaves(command, words):
    """Every command that does something, with the words that call it, in order."""
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from leaves(command.commands[name], [*words, name])
    else:
        yield " ".join(words), command


def help_section():
    """The help of every command, as the terminal prints it at 100 columns."""
    parts = []
    for words, command in leaves(commands, ["articleqa"]):
        context = click.Context(command, info_name=words, terminal_width=100, max_content_width=100)
        context.help_option_names = ["-h", "--help"]
        parts.append(f"```\n{command.get_help(context)}\n```")
    return "<!-- help -->\n" + "\n\n".join(parts) + "\n<!-- /help -->"


def with_help(text):
    return PLACE.sub(lambda _: help_section(), text)


if __name__ == "__main__":
    README.write_text(with_help(README.read_text(encoding="utf-8")), encoding="utf-8")
