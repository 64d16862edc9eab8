import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sentences import MAX_SENTENCE, sentence_spans


def split(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.N. met on Jan. 25 in Geneva.", "Nobody left early."],
        ["J. K. Smith wrote to J.D. Hale.", "It went well."],
        ["He was born in Washington, D.C.", "His mother taught."],
        ["Doors open at 8:30 a.m. ET on Friday.", "It ends at 9 p.m.", "All may come."],
        ['"Are you sure?" he asked.', "Nobody answered."],
        ["He said: \u201cWe will rebuild.\u201d", "The crowd cheered."],
        ["(The mayor did not reply.)", "The council did."],
        ["1. Talks open", "It was late."][:1],
        ["Govs. Lee and May met.", "Sen. Ito did not."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences):
    assert split(" ".join(sentences)) == sentences


def test_a_quotation_of_several_sentences_stays_with_its_speaker():
    text = "\u201cWe sold it. We never owned it,\u201d said Ito. It rained."
    assert split(text) == ["\u201cWe sold it. We never owned it,\u201d said Ito.", "It rained."]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\u2028"])
def test_a_line_end_ends_a_sentence_without_a_full_stop(newline):
    assert split(newline.join(["Story highlights", "Talks open in Lyon", "No deal yet"])) == [
        "Story highlights",
        "Talks open in Lyon",
        "No deal yet",
    ]


def test_offsets_count_code_points():
    text = "\U0001f600\U0001f469\u200d\U0001f692 Rain fell. Le cafe\u0301 ferma. \u05d2\u05e9\u05dd \u05d9\u05e8\u05d3. End."
    assert split(text)[:2] == ["\U0001f600\U0001f469\u200d\U0001f692 Rain fell.", "Le cafe\u0301 ferma."]
    assert split(text)[-1] == "End."


def test_an_over_long_sentence_is_cut_at_its_clauses():
    text = "; ".join(f"the town of number {n} voted for the road and against the bridge" for n in range(20)) + "."
    pieces = split(text)
    assert len(pieces) > 1
    assert all(len(piece) <= MAX_SENTENCE for piece in pieces)
    assert all(piece.endswith((";", ".")) for piece in pieces)


def test_an_over_long_quotation_is_cut_at_its_sentences():
    text = "\u201c" + " ".join(["We walked the whole of the long way home again."] * 20) + "\u201d he said."
    assert all(piece.endswith((".", "\u201d")) for piece in split(text)[:-1])


def test_a_long_line_is_never_cut_within_a_sentence_or_a_word():
    sentences = [f"The town of number {n} voted for the {'very ' * (n % 40)}long road." for n in range(100)]
    assert split(" ".join(sentences)) == sentences
    words = [f"word{n}" for n in range(3000)]
    assert " ".join(split(" ".join(words))).split() == words
    spaced = "First." + " " * 9000 + "Second."
    assert split(spaced) == ["First.", "Second."]


def test_a_megabyte_without_a_space_is_cut_and_kept():
    text = "e\u0301" * 500_000
    pieces = split(text)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= MAX_SENTENCE
    assert sum(piece[0] == "\u0301" for piece in pieces) == 0


def test_an_empty_text_has_no_sentences():
    assert sentence_spans("") == []
    assert sentence_spans(" \n\t\u00a0\n") == []


UGLY = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [
                "\r\n", "\n", " ", "\t", "\U0001f600", "\U0001f469\u200d\U0001f469", "e\u0301", "\u202b\u05e9\u05dc\u05d5\u05dd.",
                "U.N. ", '"Stop." ', "1. ", "\u201c", "\u201d ", "Dr. ", "? ", "...", "\x00", "\x85", "\u2028", "\ufeff", "(a.) B",
                "x" * 700, "word " * 200,
            ]
        ),
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(UGLY)
def test_spans_hold_every_character_that_is_no_space_and_never_overlap(text):
    spans = sentence_spans(text)
    reached = 0
    for start, end in spans:
        assert reached <= start < end <= len(text)
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert end - start <= MAX_SENTENCE
        assert "\n" not in text[start:end]
        reached = end
    assert not text[reached:].strip()
