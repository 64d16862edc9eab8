import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding import load_embeddings
from qa.facts import wrong_figures
from qa.likeness import Likeness
from qa.support import check
from qa.turning import turned

LIKENESS = Likeness(load_embeddings().encode_tokens)


def verdict(sentence, *quotes):
    return check(sentence, quotes).verdict


# What other systems let pass (their own examples)


def test_a_not_slipped_into_a_quote_is_no_quote():
    quote = "All four opposition leaders must agree on the joint list before the talks."
    assert not check("All four opposition leaders must not agree on the joint list.", [quote]).holds
    assert not check("The prime minister must agree on the list.", [quote]).holds


def test_a_fragment_inside_denied_that_is_not_borne():
    quote = "A spokesman denied that the talks had collapsed."
    support = check("The talks had collapsed.", [quote])
    assert support.verdict == "unsupported"
    assert "denied" in support.reason
    assert check("A spokesman denied that the talks had collapsed.", [quote]).verdict == "verbatim"


def test_a_denied_matter_is_not_borne_though_its_words_look_like_a_denial():
    quote = "The council denied that the gate had been left open."
    assert not check("The gate had been left open.", [quote]).holds
    assert not check("The closed gate was left open.", ["The council denied that the closed gate was left open."]).holds


def test_no_quote_bears_nothing_and_raises_nothing():
    assert check("The talks began.", []).verdict == "unsupported"
    assert check("The talks began.", ["", "  "]).verdict == "unsupported"


def test_similar_words_do_not_bear_a_changed_figure_or_a_negation():
    quote = "Some 400,000 people were living under siege in 15 places."
    assert not check("Some 40,000 people were living under siege in 15 places.", [quote]).holds
    assert not check("Some 400,000 people were not living under siege in 15 places.", [quote]).holds


# Figures


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("1.2 million people left.", "1,200,000 people left."),
        ("Twelve people left the town.", "12 people left the town."),
        ("About 400 homes were damaged.", "Some 397 homes were damaged."),
        ("More than 400 homes were damaged.", "Some 412 homes were damaged."),
        ("Half of the voters stayed at home.", "50 per cent of the voters stayed at home."),
        ("The new bridge cost $3bn.", "The new bridge cost 3 billion dollars."),
        ("The wall is 2 km long.", "The wall is 2,000 metres long."),
        ("The contract runs for 18 months.", "The contract runs for 18 months, the council said."),
        ("The works cost a fifth more than planned.", "The works cost 20% more than planned."),
        ("The parish paid 25% of the costs.", "The parish paid a quarter of the costs."),
        ("The parish paid 20 per cent and the county 80.", "The county paid 80 per cent, the parish the rest."),
        ("A crane lifted two and a half tonnes.", "A crane lifted 2.5 tonnes."),
        ("The 2.20 p.m. train was late.", "The 14.20 train was late."),
        ("She came ashore at 4.12 a.m.", "She came ashore at 4.12 in the morning."),
        ("Sales rose by 1.7 million to 38.6 million.", "Sales rose from 36.9 million to 38.6 million."),
        ("The cotton would die within seven days.", "The cotton would die within a week."),
        ("No boats shorter than 15 metres may sail.", "No boats under fifteen metres may sail."),
        ("Tea, coffee and sugar, three goods, cost more.", "Tea, coffee and sugar cost more, these goods."),
    ],
)
def test_figures_are_the_same_in_other_spelling_or_rounded_as_the_words_say(sentence, quote):
    assert check(sentence, [quote]).holds, check(sentence, [quote])


@pytest.mark.parametrize(
    ("sentence", "quote", "reason"),
    [
        ("Some 40,000 people left.", "Some 400,000 people left.", "the quote says 400,000, not 40,000"),
        ("Prices rose by 12%.", "Prices rose by 1.2%.", "the quote says 1.2%, not 12%"),
        ("It cost 5 million pounds.", "It cost 5 million dollars.", "dollar"),
        ("The wall is 2 miles long.", "The wall is 2 kilometres long.", "kilometre"),
        ("More than 400 homes were hit.", "Some 390 homes were hit.", "390"),
        ("12 houses and 5 shops burned.", "5 houses and 12 shops burned.", "the other way round"),
        ("The rate fell from 3% to 5%.", "The rate fell from 5% to 3%.", "the other way round"),
    ],
)
def test_a_wrong_figure_or_unit_is_named_in_the_reason(sentence, quote, reason):
    support = check(sentence, [quote])
    assert support.verdict == "unsupported"
    assert support.kinds[0] == "figure"
    assert reason in support.reason


# Dates and names


@pytest.mark.parametrize(
    ("sentence", "quote", "holds"),
    [
        ("Talks begin on 25 January.", "Talks begin on Jan. 25.", True),
        ("Talks begin in January.", "Talks begin on Jan. 25.", True),
        ("Talks begin on 26 January.", "Talks begin on Jan. 25.", False),
        ("Talks begin on 25 February.", "Talks begin on Jan. 25.", False),
        ("Talks began in 2015.", "Talks began in 2016.", False),
        ("Talks began on Monday.", "Talks began on Tuesday.", False),
        ("Talks may begin in May.", "Talks may begin in May.", True),
        ("Talks run from April 1 to April 28.", "Talks run from 1 to 28 April.", True),
    ],
)
def test_dates_agree_part_by_part(sentence, quote, holds):
    assert check(sentence, [quote]).holds is holds


@pytest.mark.parametrize(
    ("sentence", "quote", "holds"),
    [
        ("Ito told the UN that the port was shut.", "Ito told the United Nations that the port was shut.", True),
        ("French troops left the northern town.", "Troops from France left the northern town.", True),
        ("Gomez opened the new bridge.", "Gómez opened the new bridge.", True),
        ("Ito opened the new bridge.", "Gómez opened the new bridge.", False),
        ("Maria Gómez opened the new bridge.", "Juan Gómez opened the new bridge.", False),
        ("The bridge in Lund was opened.", "The bridge in Malmo was opened.", False),
    ],
)
def test_names_must_stand_in_the_quotes(sentence, quote, holds):
    assert check(sentence, [quote]).holds is holds


# Denial, doubt, speaker, direction


@pytest.mark.parametrize(
    ("sentence", "quote", "holds"),
    [
        ("The council did not approve the plan.", "The council approved the plan.", False),
        ("The council approved the plan.", "The council did not approve the plan.", False),
        ("The council refused to approve the plan.", "The council did not approve the plan.", True),
        ("Nobody was hurt in the fire.", "No one was hurt in the fire.", True),
        ("The port will close in May.", "The port may close in May.", False),
        ("The port may close in May.", "The port could close in May.", True),
        ("The port may have closed in May.", "The port closed in May.", False),
        ("The firm has closed the mill.", "The firm plans to close the mill.", False),
        ("The man stole the van.", "The man allegedly stole the van.", False),
        ("The mayor said the mill would close.", "The minister said the mill would close.", False),
        ("According to the mayor, the mill would close.", "The mayor said the mill would close.", True),
        ("A wave capsized her, said the owners.", "The owners said that a wave capsized her.", True),
        ("It was a wave that capsized her, said the owners.", "The owners said that a wave capsized her.", True),
        ("Prices fell in March.", "Prices rose in March.", False),
        ("Prices did not fall in March.", "Prices fell in March.", False),
        ("Turnout was lower than in 2019.", "Turnout was higher than in 2019.", False),
        ("Ito beat Gómez in the final.", "Gómez beat Ito in the final.", False),
        ("Ito was beaten by Gómez in the final.", "Gómez beat Ito in the final.", True),
    ],
)
def test_denial_doubt_speaker_and_direction_are_held_to_the_quote(sentence, quote, holds):
    assert check(sentence, [quote]).holds is holds, check(sentence, [quote])


def test_a_sentence_may_join_what_two_quotes_say():
    quotes = ["Three people died in Hallowfen.", "The gate had been left open, the council said."]
    assert check("Three people died in Hallowfen, where the gate had been left open.", quotes).holds


def test_what_says_more_than_the_quote_is_only_partly_borne():
    support = check(
        "Rain fell because engineers sabotaged the cloud machine over the valley.", ["Rain fell over the valley."]
    )
    assert support.verdict == "partly"
    assert support.reason


def test_an_nli_model_may_refuse_or_mend_but_never_overrules_a_contradiction():
    quote = "The vessel went down off the cape."
    assert check("A ship sank near the headland.", [quote]).verdict == "partly"
    assert check("A ship sank near the headland.", [quote], judge=lambda q, s: (0.97, 0.01)).holds
    assert not check("The vessel went down.", [quote], judge=lambda q, s: (0.0, 0.98)).holds
    assert not check("Nine vessels went down off the cape.", [quote], judge=lambda q, s: (0.99, 0.0)).holds


SENTENCES = st.text(
    alphabet=st.sampled_from("abc ABC 0123456789 .,'\"%$-\u2019\u201c\u00e9\n not may Ito "), max_size=80
)


@settings(deadline=None)  # the first of its texts loads and compiles
@given(SENTENCES, st.lists(SENTENCES, max_size=3))
def test_no_text_breaks_the_check_and_it_is_deterministic(sentence, quotes):
    assert check(sentence, quotes) == check(sentence, quotes)


@given(
    st.lists(
        st.sampled_from(
            ["Ito", "said", "may", "not", "rise", "fell", "12", "40,000", "percent", "in May", "denied", "Lund"]
        ),
        min_size=1,
    )
)
def test_a_quote_bears_itself(words):
    sentence = " ".join(words) + "."
    assert check(sentence, [sentence]).verdict == "verbatim"


def test_a_denial_denied_in_its_own_word_is_found():
    quote = "Engineers closed the gap in the dyke."
    assert not check("The gap in the dyke was not closed by engineers.", [quote]).holds
    assert check("The gap in the dyke was closed by engineers.", [quote]).holds


# Compared by meaning


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The old mill burned down in the night.", "A fire destroyed the disused mill overnight."),
        ("Teachers walked out over their wages.", "Schoolteachers went on strike in a dispute about pay."),
        ("Britons choose a party and not a leader.", "British voters elect a party, not a particular leader."),
        ("Residents were told to leave their homes.", "People living there were ordered to evacuate their houses."),
        ("The vaccine lowers the risk of infection.", "The jab makes it less probable that people catch the virus."),
    ],
)
def test_other_words_for_the_same_are_borne(sentence, quote):
    support = check(sentence, [quote], likeness=LIKENESS)
    assert support.holds, support


@pytest.mark.parametrize(
    ("sentence", "quote", "kind"),
    [
        ("Fire did not destroy the old mill.", "The disused mill burned down in the night.", "negation"),
        ("The chief executive may have resigned.", "The head of the company stepped down.", "modality"),
        (
            "The cost of bread went down in spring.",
            "Loaves became dearer, with prices going up in spring.",
            "direction",
        ),
    ],
)
def test_a_rewording_that_turns_the_matter_round_is_found(sentence, quote, kind):
    support = check(sentence, [quote], likeness=LIKENESS)
    assert kind in support.kinds
    assert support.reason


def test_what_the_peers_let_pass_is_found_with_the_encoder_too():
    agree = "All four opposition leaders must agree on the joint list before the talks."
    assert not check("All four opposition leaders must not agree on the joint list.", [agree], likeness=LIKENESS).holds
    denied = "A spokesman denied that the talks had collapsed."
    assert not check("The talks had collapsed.", [denied], likeness=LIKENESS).holds
    assert check(agree.removesuffix(" before the talks.") + ".", [agree], likeness=LIKENESS).holds


def test_a_clause_added_to_what_is_borne_is_only_partly_borne():
    quote = "Rain fell over the valley on Monday."
    added = "Rain fell over the valley on Monday after engineers sabotaged the weather machine at the airfield."
    assert check("Rain fell in the valley on Monday.", [quote], likeness=LIKENESS).holds
    assert check(added, [quote], likeness=LIKENESS).verdict == "partly"


def test_another_sentence_of_the_same_story_does_not_bear_it():
    sentence = "The ferry will be repaired at the yard in Ostrey."
    assert check(sentence, ["Repairs to the ferry will be done at Ostrey's yard."], likeness=LIKENESS).holds
    assert not check(sentence, ["The ferry's passengers were taken ashore by lifeboats."], likeness=LIKENESS).holds


def test_the_context_names_whom_a_quote_calls_he_and_bears_nothing_else():
    quote, before = "He called the report a story from a bar.", "Marsh met 900 workers on Friday."
    assert not check("Marsh called the report a story from a bar.", [quote]).holds
    assert check("Marsh called the report a story from a bar.", [quote], context=[before]).holds
    assert not check("Marsh called the report on 900 workers a story.", [quote], context=[before]).holds
    assert not check("Orle called the report a story from a bar.", [quote], context=[before]).holds


def test_a_sentence_is_turned_round_in_one_place_at_a_time():
    assert turned("The port may not close.", "negation", adding=True) == []
    assert turned("Prices rose before May.", "direction") == ["Prices fell before May.", "Prices rose after May."]
    assert "The port closes." not in turned("The port closes.", "modality")


def test_figures_of_different_things_are_not_added_up():
    quote = "The lorry drove 12 kilometres with 24 tonnes on it."
    assert [one.kind for one in wrong_figures("It drove 36 kilometres.", [quote])] == ["figure"]
    assert not list(wrong_figures("It drove 36 kilometres.", ["It drove 12 kilometres, then 24 kilometres."]))
