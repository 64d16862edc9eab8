from hypothesis import example, given
from hypothesis import strategies as st

from qa.markers import MarkedSentence, MarkerReader, short_ids

KNOWN = frozenset({"a2b3", "c4d5"})


def read(text, *, size=3):
    reader = MarkerReader(KNOWN)
    found = [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]
    return [*found, *reader.finish()], reader.unknown


def test_a_marker_belongs_to_the_sentence_it_stands_in_or_right_behind():
    found, unknown = read("Rain fell [a2b3]. Rivers rose. [c4d5] Then it stopped.")
    assert found == [
        MarkedSentence("Rain fell.", ("a2b3",)),
        MarkedSentence("Rivers rose.", ("c4d5",)),
        MarkedSentence("Then it stopped."),
    ]
    assert unknown == 0


def test_several_ids_doubled_brackets_and_full_width_brackets_resolve():
    found, _ = read("One [a2b3, c4d5]. Two [[c4d5]][a2b3]. Three \u3010C4D5\u3011. Four [id: a2b3; a2b3].")
    assert [one.ids for one in found] == [("a2b3", "c4d5"), ("c4d5", "a2b3"), ("c4d5",), ("a2b3",)]
    assert [one.text for one in found] == ["One.", "Two.", "Three.", "Four."]


def test_ids_that_name_nothing_vanish_and_are_counted():
    found, unknown = read("Rain fell [1]. Rivers rose [2, 3] [x9y9][a2b3].")
    assert found == [MarkedSentence("Rain fell.", (), 1), MarkedSentence("Rivers rose.", ("a2b3",), 3)]
    assert unknown == 4


def test_a_known_id_without_brackets_is_a_marker_too():
    found, _ = read("Rain fell a2b3. Rivers rose (c4d5).")
    assert found == [MarkedSentence("Rain fell.", ("a2b3",)), MarkedSentence("Rivers rose.", ("c4d5",))]


def test_brackets_that_are_no_markers_stay():
    found, unknown = read("He said it [the port] was shut [sic]. It cost [2,000] crowns.")
    assert [one.text for one in found] == ["He said it [the port] was shut [sic].", "It cost [2,000] crowns."]
    assert unknown == 0


def test_a_marker_without_its_closing_bracket_is_read_at_the_end():
    found, _ = read("Rain fell [a2b3")
    assert found == [MarkedSentence("Rain fell", ("a2b3",))]


def test_a_marker_that_is_not_complete_is_not_shown():
    reader = MarkerReader(KNOWN)
    reader.feed("Rain fell [a2")
    assert reader.pending == "Rain fell"
    reader.feed("b3] in May")
    assert reader.pending == "Rain fell in May"


def test_a_bracket_that_never_closes_does_not_hold_the_text_back_for_ever():
    reader = MarkerReader(KNOWN)
    reader.feed("Rain [" + "very " * 40)
    assert "very very" in reader.pending


def test_list_signs_and_emphasis_are_no_part_of_a_sentence():
    found, _ = read("- **Rain** fell [a2b3].\n2. `Rivers` rose [c4d5].\n")
    assert [one.text for one in found] == ["Rain fell.", "Rivers rose."]


@given(
    st.lists(
        st.sampled_from(
            [
                "Rain fell",
                " [a2b3]",
                ". ",
                "[c4d5, a2b3]",
                " [9]",
                "[[c4d5]]",
                "\n",
                "It stopped",
                "[sic] ",
                "!",
                " a2b3",
            ]
        )
    ),
    st.lists(st.integers(1, 9), min_size=1),
)
@example(["Rain fell", ". ", ". ", " [a2b3]", "Rain fell", "!", "Rain fell"], [1])
def test_how_the_text_is_cut_into_pieces_changes_nothing_but_spaces(parts, sizes):
    text = "".join(parts)
    whole, counted = read(text, size=max(1, len(text)))
    reader = MarkerReader(KNOWN)
    found, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        found += reader.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    found += reader.finish()
    assert [one.text for one in found] == [one.text for one in whole]
    assert [one.ids for one in found] == [one.ids for one in whole]
    assert reader.unknown == counted


@given(st.lists(st.text(), unique=True, max_size=60))
def test_short_ids_are_distinct_deterministic_and_cannot_be_words_or_numbers(contents):
    ids = short_ids(contents)
    assert ids == short_ids(contents)
    assert len(set(ids)) == len(contents)
    assert all(one[0].isalpha() and one[1].isdigit() and one[2].isalpha() and one[3].isdigit() for one in ids)
