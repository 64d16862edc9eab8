import pytest

from qa.question import asked_noun, asking_sentence, content_words, kind_of, names_in


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who must agree on the list?", "person"),
        ("In which city did they meet?", "place"),
        ("Scientists placed which insect on the list?", "span"),
        ("When does she start?", "time"),
        ("On what day is she sworn in?", "time"),
        ("By what date must claims be handed in?", "time"),
        ("How many people died?", "number"),
        ("How tall were the waves?", "amount"),
        ("What share of people have no job?", "amount"),
        ("Which towns are getting money?", "list"),
        ("What are the main parties?", "list"),
        ("What was the reason the gate would not shut?", "why"),
        ("What caused the fire?", "why"),
        ("How did sewage get into the water?", "how"),
        ("Was anybody hurt?", "yesno"),
        ("True or false: the files are released.", "yesno"),
        ("What is the study about?", "about"),
        ("Summarise the strike", "about"),
        ("What did the baker say about the smell?", "quote"),
        ("Who said that words are cheap?", "person"),
        ("Whose paintings were stolen?", "person"),
        ("The world has more people. Approximately how many now live on Earth?", "number"),
        ("", "about"),
    ],
)
def test_a_question_tells_what_kind_of_answer_it_wants(question, kind):
    assert kind_of(question) == kind


def test_the_sentence_that_asks_is_found_behind_a_story():
    assert asking_sentence("The U.S. and Mr. Low agreed. What is next?") == "What is next?"
    assert asking_sentence("What is next? Please be brief.") == "What is next?"


def test_content_words_leave_out_what_every_question_has():
    assert content_words("What is the name of the mayor of Riga's port?") == ["mayor", "riga", "port"]


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("Which popular US tourist attraction will open?", "attraction"),
        ("What is a tariff?", ""),
        ("How many towns were hit?", "towns"),
        ("Who left?", ""),
    ],
)
def test_the_asked_noun_is_the_head_of_the_phrase(question, noun):
    assert asked_noun(question) == noun


def test_names_keep_their_small_words_and_lose_their_possessive():
    assert names_in("Did the Bank of Latvia's board meet Anna de Vries in 2021?") == [
        "Bank of Latvia",
        "Anna de Vries",
        "2021",
    ]
