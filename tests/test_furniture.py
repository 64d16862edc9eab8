import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.furniture import furniture, is_furniture
from index.sentences import sentence_spans


def kept(text):
    spans = sentence_spans(text)
    return [text[start:end] for (start, end), sign in zip(spans, furniture(text, spans), strict=True) if not sign]


@pytest.mark.parametrize(
    "line",
    [
        "JUST WATCHED", "MUST WATCH", "Replay", "Story highlights", "Hide Caption", "1 of 12", "12 photos", "Read More",
        'Read More"}', "Share this story", "\tFacebook\tTwitter\tEmail", "Photos: Harbour Run 2026", "Getty Images",
        "Ann Ito/Getty Images", "Sign up here for the morning letter.", "\u00a9 2026 Harbour Post", "Advertisement", "\u2022", "---",
        "Published 4:15 PM EST, Mon January 25, 2016", "All rights reserved.",
    ],
)  # fmt: skip
def test_signs_of_the_site_are_furniture(line):
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "You must watch the harbour, he said.",
        "Copyright law was changed on Monday.",
        "Video from the scene shows three men.",
        "More than 200 people were hurt.",
        "Read more slowly, the teacher said.",
        "The mayor said no.",
        "Live music returns to Lyon.",
        "12 people died.",
        "Related costs rose to $4 million.",
        "Follow-up talks begin on Friday.",
        "1 of 12 jurors disagreed.",
    ],
)
def test_sentences_that_begin_like_furniture_are_not(line):
    assert not is_furniture(line)


def test_a_pasted_page_keeps_only_its_prose():
    text = (
        "Story highlights\n\t\u2022\tIto wins\n\t\u2022\tRecord falls\n\nJUST WATCHED\nRunners set off\nReplay\nMUST WATCH\n\n"
        "Runners cross the bridge.\nRunners cross the bridge.\n\nIto won on Sunday. She was glad.\n\nRead More\n"
        "Runners cross the bridge.\nThe race had 900 starters."
    )
    assert kept(text) == ["Ito won on Sunday.", "She was glad.", "The race had 900 starters."]


def test_bullets_that_are_no_highlights_are_kept():
    assert kept("The plan has two parts:\n- a bridge\n- a road") == [
        "The plan has two parts:",
        "- a bridge",
        "- a road",
    ]


def test_a_text_pasted_twice_keeps_its_first_copy():
    text = "Ito won.\nShe was glad."
    assert kept(f"{text}\n\n{text}") == ["Ito won.", "She was glad."]


def test_a_sentence_said_twice_within_paragraphs_is_kept():
    text = "We will not yield. It rained. We will not yield."
    assert len(kept(text)) == 3


def test_a_video_sign_without_an_end_hides_nothing():
    assert kept("JUST WATCHED\nIto won.\nShe was glad.\nIt rained.\nAll left.") == [
        "Ito won.",
        "She was glad.",
        "It rained.",
        "All left.",
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["JUST WATCHED", "Replay", "Story highlights", "\u2022 a", "Ito won.", "A. B? C", "\t", "", "x\ty"]
        )
    ).map("\n".join)
)
def test_every_sentence_gets_a_verdict(text):
    spans = sentence_spans(text)
    assert len(furniture(text, spans)) == len(spans)
