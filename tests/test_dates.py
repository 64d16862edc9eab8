from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import DateRange
from qa.dates import dates_in, describe_dates, freshness

FRIDAY = "2022-09-02"


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("Who won the race this week?", "2022-08-26", "2022-09-02"),
        ("Who won the race last week?", "2022-08-22", "2022-09-01"),
        ("What did the court decide yesterday?", "2022-09-01", "2022-09-02"),
        ("Which film opened last month?", "2022-08-01", "2022-09-02"),
        ("Who hosts this year's festival?", "2022-01-01", "2022-09-02"),
        ("What changed in the past year?", "2021-09-02", "2022-09-02"),
        ("Who resigned last Friday?", "2022-08-26", "2022-08-30"),
        ("How many firms closed since 2020?", "2020-01-01", "2022-09-02"),
        ("How many cases were reported in 2020?", "2020-01-01", "2021-01-04"),
        ("Which book was written in 2003?", "2003-01-01", "2004-01-04"),
        ("Who hosted last year's festival?", "2021-01-01", "2022-01-04"),
        ("Which country recently left the union?", "2022-08-03", "2022-09-02"),
        ("Who resigned on Monday?", "2022-08-29", "2022-09-02"),
        ("Who won at Sunday's ceremony?", "2022-08-28", "2022-09-01"),
        ("How many people came in 2019?", "2019-01-01", "2020-01-04"),
        ("What was the rate in March 2021?", "2021-03-01", "2021-04-04"),
        ("What was the rate in October?", "2021-10-01", "2021-11-04"),
        ("What happened on 4 May 2021?", "2021-05-04", "2021-05-08"),
        ("What happened on May 4, 2021?", "2021-05-04", "2021-05-08"),
    ],
)
def test_words_of_time_lean_towards_a_range_that_ends_today_at_the_latest(question, start, end):
    found = dates_in(question, FRIDAY)

    assert (found.start, found.end, found.prefer_newest) == (start, end, True)
    assert found.words
    assert found.words.lower() in question.lower()


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("How many members did it have as of March?", "", "2022-03-31"),
        ("How many had signed as at the end of May 2021?", "", "2021-05-31"),
        ("Which articles published since March say so?", "2022-03-01", "2022-09-02"),
        ("What do articles in the last year say?", "2021-09-02", "2022-09-02"),
        ("Who is named in last week's news?", "2022-08-22", "2022-08-28"),
        ("What do articles of March 2021 say?", "2021-03-01", "2021-03-31"),
        ("What was reported last week?", "2022-08-22", "2022-08-28"),
    ],
)
def test_as_of_and_what_is_said_of_the_articles_are_limits(question, start, end):
    found = dates_in(question, FRIDAY)

    assert (found.start, found.end, found.prefer_newest) == (start, end, False)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the latest death toll?", "latest"),
        ("Who is currently in charge?", "currently"),
        ("Who is the mayor of Riga?", "is"),
        ("Is the bridge open?", "is"),
        ("Which state has the most cases?", "has"),
    ],
)
def test_latest_and_a_plain_present_tense_prefer_the_newest(question, words):
    assert dates_in(question, FRIDAY) == DateRange(end=FRIDAY, words=words, prefer_newest=True)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race?",
        "When was the bridge built?",
        "What did William do in 1066?",
        "Why did the gate stay open?",
        "May I ask who paid?",
        "Why was the bridge closed until May?",
        "Who was home secretary until May 2016?",
        "Which firm will cut up to 2000 jobs?",
        "Who told of the deaths of 2000 birds?",
    ],
)
def test_a_question_without_words_of_time_has_no_dates(question):
    assert dates_in(question, FRIDAY) is None


def test_a_day_that_does_not_exist_is_no_date():
    assert dates_in("What happened on 31 February 2021?", FRIDAY) is None


@given(st.text(max_size=60), st.dates(date(1995, 1, 1), date(2090, 1, 1)))
def test_any_text_gives_ordered_days_or_nothing(text, day):
    found = dates_in(f"Who won {text} in March?", day.isoformat())
    if found is not None and found.start and found.end:
        assert date.fromisoformat(found.start) <= date.fromisoformat(found.end)


@given(st.integers(0, 4000))
def test_freshness_falls_with_the_days_and_stays_a_share(days):
    day = date(2022, 9, 2)
    nearer = freshness((day - timedelta(days=days)).isoformat(), None, day.isoformat())
    farther = freshness((day - timedelta(days=days + 1)).isoformat(), None, day.isoformat())

    assert 0 <= farther < nearer <= 1 or nearer == farther == 0


def test_an_article_from_after_the_day_is_less_fresh_than_one_from_the_day():
    assert freshness("2022-09-05", None, FRIDAY) < freshness("2022-09-02", None, FRIDAY)


def test_undated_and_unreadable_dates_are_not_fresh():
    assert freshness("", None, FRIDAY) == freshness("soon", None, FRIDAY) == 0


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (None, ""),
        (
            DateRange(end="2022-09-02", prefer_newest=True, words="now"),
            "Newer articles were preferred (\u201cnow\u201d).",
        ),
        (
            DateRange(end="2022-03-31", words="as of March"),
            "Only articles up to 31 March 2022 were searched (\u201cas of March\u201d).",
        ),
        (DateRange(start="2022-03-01"), "Only articles from 1 March 2022 on were searched."),
    ],
)
def test_the_answer_says_what_dates_it_kept_to(dates, said):
    assert describe_dates(dates) == said
