import pytest

from app.moderation.checks import Decision, Verdict, decide

CLEAN, FLAGGED = Verdict(flagged=False), Verdict(flagged=True, categories=("hate",))


@pytest.mark.parametrize("fail_open", [True, False])
def test_one_flag_blocks_whatever_the_others_say(fail_open: bool) -> None:
    other = Verdict(flagged=True, categories=("violence", "hate"))
    decision = decide([CLEAN, FLAGGED, None, other], fail_open=fail_open)
    assert decision == Decision(allowed=False, outcome="blocked", categories=("hate", "violence"))


@pytest.mark.parametrize("fail_open", [True, False])
def test_a_check_that_could_not_be_made_follows_the_setting(fail_open: bool) -> None:
    assert decide([CLEAN, None], fail_open=fail_open) == Decision(allowed=fail_open, outcome="unavailable")


@pytest.mark.parametrize("verdicts", [[], [CLEAN], [CLEAN, CLEAN]])
def test_what_nobody_flags_passes(verdicts: list[Verdict]) -> None:
    assert decide(verdicts, fail_open=False) == Decision(allowed=True, outcome="passed")
