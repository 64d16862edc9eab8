"""Other words for a question, from a WordNet database of a few lines made here."""

import random

import pytest

from qa.negatives import mutate
from qa.thesaurus import Thesaurus
from qa.training_data import Row

NOUNS = """\
00000001 06 n 02 vessel 0 craft 0 002 ~ 00000002 n 0000 ~ 00000003 n 0000 | floats
00000002 06 n 02 ferry 0 ferryboat 0 001 @ 00000001 n 0000 | crosses
00000003 06 n 01 tanker 0 001 @ 00000001 n 0000 | carries oil
"""
VERBS = """\
00000010 30 v 02 halt 0 stop 0 002 ! 00000011 v 0101 @ 00000012 v 0000 01 + 08 00 | end
00000011 30 v 02 start 0 begin 0 001 ! 00000010 v 0101 01 + 08 00 | open
00000012 30 v 01 change 0 000 01 + 08 00 | become other
"""
SENSES = {
    "ferry%1:06:00::": "00000002 1 9", "tanker%1:06:00::": "00000003 1 3", "vessel%1:06:00::": "00000001 1 5",
    "halt%2:30:00::": "00000010 1 4", "stop%2:30:00::": "00000010 1 8", "start%2:30:00::": "00000011 1 7",
    "change%2:30:00::": "00000012 1 0",
}  # fmt: skip


@pytest.fixture
def thesaurus(tmp_path):
    header = "  1 a licence\n"
    indexes = {
        "noun": {"ferry": "00000002", "ferryboat": "00000002", "tanker": "00000003", "vessel": "00000001"},
        "verb": {"halt": "00000010", "stop": "00000010", "start": "00000011", "change": "00000012"},
    }
    for part, data in (("noun", NOUNS), ("verb", VERBS), ("adj", ""), ("adv", "")):
        (tmp_path / f"data.{part}").write_text(header + data, encoding="utf-8")
        rows = [f"{lemma} {part[0]} 1 0 1 1 {offset}\n" for lemma, offset in indexes.get(part, {}).items()]
        (tmp_path / f"index.{part}").write_text(header + "".join(rows), encoding="utf-8")
    (tmp_path / "index.sense").write_text("".join(f"{k} {v}\n" for k, v in SENSES.items()), encoding="utf-8")
    return Thesaurus.read(tmp_path)


def test_words_that_may_stand_for_another_keep_its_ending(thesaurus):
    assert thesaurus.alike("ferries") == ["vessels"]
    assert thesaurus.alike("stopped") == ["halted"]


def test_opposites_and_neighbours_do_not_mean_the_same(thesaurus):
    assert thesaurus.unlike("ferry") == ["tanker"]
    assert thesaurus.unlike("stopped") == ["started"]
    assert thesaurus.unlike("tea") == []


def test_a_question_is_reworded_or_changed_one_word_at_a_time(thesaurus):
    question = "Why was the ferry stopped at Port Ellen?"
    rng = random.Random(0)
    assert thesaurus.reword(question, rng, share=1.0) == "Why was the vessel halted at Port Ellen?"
    assert list(thesaurus.changed(question, rng)) == [
        "Why was the tanker stopped at Port Ellen?",
        "Why was the ferry started at Port Ellen?",
    ]


def test_names_and_the_frame_of_a_question_stay(thesaurus):
    assert thesaurus.reword("What does Ferry change?", random.Random(0), share=1.0) == "What does Ferry change?"


def test_a_changed_question_may_have_a_neighbour_of_a_word(thesaurus):
    row = Row("1", "", "Port Ellen", "The ferry was stopped.", "Why was the ferry stopped?", ((0, "The ferry"),))
    changed = {mutate(row, [], random.Random(seed), thesaurus=thesaurus).question for seed in range(30)}
    assert changed & {"Why was the tanker stopped?", "Why was the ferry started?"}
    assert row.question not in changed
