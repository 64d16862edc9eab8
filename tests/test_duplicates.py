import random

from hypothesis import given, settings
from hypothesis import strategies as st

from index.duplicates import clusters, signature

WORDS = [
    f"{start}{end}"
    for start in ("har", "lin", "mos", "tor", "ven", "pal")
    for end in ("bour", "den", "ley", "ton", "wick")
]


def article(seed, paragraphs=12):
    pick = random.Random(seed)
    return [" ".join(pick.choice(WORDS) + str(pick.randrange(40)) for _ in range(40)) + "." for _ in range(paragraphs)]


def grouped(**texts):
    return clusters({name: signature(text) for name, text in texts.items()})


def test_an_agency_text_with_another_lead_and_some_words_changed_is_found():
    original = article(1)
    pick = random.Random(2)
    edited = [" ".join(w if pick.random() > 0.02 else "said" for w in p.split()) for p in original]
    edited[0] = "Our correspondent writes from the harbour town where it all began on Monday."
    assert grouped(one="\n\n".join(original), two="\n\n".join(edited), other="\n\n".join(article(3))) == {
        "one": "one",
        "two": "one",
    }


def test_a_copy_without_its_last_paragraph_is_found():
    original = article(4)
    assert grouped(a="\n".join(original), b="\n".join(original[:-1])) == {"a": "a", "b": "a"}


def test_two_articles_that_share_their_background_are_two():
    background = article(5, 5)
    one, two = article(6, 8) + background, article(7, 8) + background
    assert grouped(a="\n".join(one), b="\n".join(two)) == {}


def test_a_picture_gallery_that_all_articles_carry_makes_no_duplicates():
    gallery = " ".join(article(8, 40))
    one, two = [*article(9), gallery], [*article(10), gallery]
    assert grouped(a="\n".join(one), b="\n".join(two)) == {}


def test_a_text_too_short_to_compare_is_in_no_group():
    assert signature("Rain fell.") == b""
    assert grouped(a="Rain fell.", b="Rain fell.") == {}


def test_case_punctuation_and_line_ends_do_not_matter():
    text = "\n".join(article(11))
    assert signature(text) == signature(text.upper().replace(".", " !\n\n"))


def test_groups_close_over_a_chain_of_edits():
    pick = random.Random(12)
    versions = [article(13)]
    for _ in range(3):
        versions.append([" ".join(w if pick.random() > 0.03 else "later" for w in p.split()) for p in versions[-1]])
    names = {str(number): "\n".join(version) for number, version in enumerate(versions)}
    assert grouped(**names) == dict.fromkeys(names, "0")


def test_nothing_and_one_article_make_no_groups():
    assert clusters({}) == {}
    assert grouped(a="\n".join(article(14))) == {}


POOL = {f"{seed}-{copy}": signature("\n".join(article(seed))) for seed in range(4) for copy in range(3)}


@settings(deadline=None, max_examples=50)
@given(st.permutations(sorted(POOL)), st.integers(0, len(POOL)))
def test_groups_do_not_depend_on_the_order_and_hold_exactly_the_alike(order, count):
    names = order[:count]
    found = clusters({name: POOL[name] for name in names})
    for name in names:
        alike = sorted(other for other in names if other[0] == name[0])
        assert found.get(name) == (alike[0] if len(alike) > 1 else None)
