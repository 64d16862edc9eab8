import pytest

from tests.crashing import crash_rounds, readers_and_a_writer


def test_a_sync_killed_at_20_moments_loses_doubles_and_halves_nothing(tmp_path):
    tally = crash_rounds(tmp_path, 20, size=280)
    # The half that is killed by events, bar one or two; how many are killed in time is the machine's speed.
    assert tally.killed >= 8
    assert tally.before_commit >= 4


def test_four_readers_and_a_writer_see_no_mixed_or_old_answer(tmp_path):
    result = readers_and_a_writer(tmp_path, 10)
    assert result["wrong"] == []
    assert result["generations"] > 1
    assert min(result["answers"]) > 1


@pytest.mark.long
def test_a_sync_killed_at_200_moments_loses_doubles_and_halves_nothing(tmp_path):
    assert crash_rounds(tmp_path, 200, size=950).killed >= 150


@pytest.mark.long
def test_four_readers_and_a_writer_for_two_minutes(tmp_path):
    assert readers_and_a_writer(tmp_path, 120)["wrong"] == []
