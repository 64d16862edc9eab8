"""What the README says is what the program does."""

from tests.readme import README, with_help


def test_the_help_texts_are_those_of_the_program():
    text = README.read_text(encoding="utf-8")
    assert with_help(text) == text, "run: python -m tests.readme"


def test_the_first_commands_stand_within_the_first_twenty_lines():
    lines = README.read_text(encoding="utf-8").split("\n")[:20]
    assert any("articleqa chat --sample" in line for line in lines)
    assert any("articleqa ask" in line for line in lines)
