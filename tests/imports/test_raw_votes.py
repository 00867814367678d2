"""Our own raw votes, as releases write them."""

import datetime
import json

import pytest

from app.imports.formats import raw_votes
from app.imports.records import BattleFacts, Contestant, ImportedExclusion, ImportedVote
from tests.imports import rows as make
from tests.imports.outcomes import columns, sound


def test_a_raw_vote_keeps_all_that_is_known_of_its_battle() -> None:
    exclusion = {
        "reason": "too fast",
        "excluded_by": "ann@example.org",
        "created_at": "2025-05-02T00:00:00+00:00",
        "lifted_at": None,
    }
    matchup = sound(raw_votes.read_row(make.raw_vote(4, exclusions=[exclusion], strength=3, source_row=9)))
    assert (matchup.external_id, matchup.model_b, matchup.language, matchup.tags) == (
        "m4",
        Contestant("elk", "v2"),
        "en",
        ("food",),
    )
    assert matchup.votes == (
        ImportedVote(
            annotator="reader-4",
            winner="model_a",
            kind="human",
            cast_at=datetime.datetime(2025, 5, 1, 12, 30, 0, 250_001, tzinfo=datetime.UTC),
            strength=3,
            exclusions=(
                ImportedExclusion("too fast", "ann@example.org", datetime.datetime(2025, 5, 2, tzinfo=datetime.UTC)),
            ),
            battle=BattleFacts(
                battle_id="00000000-0000-0000-0000-000000000005",
                revision=1,
                is_current=True,
                repeat=0,
                after_reveal=False,
                side_order="ba",
                sampler="least-covered",
                propensity=0.125,
                shown_at=datetime.datetime(2025, 5, 1, 12, 29, 0, 1, tzinfo=datetime.UTC),
                source_row=9,
            ),
        ),
    )


def test_a_raw_message_of_several_texts_is_read_from_its_blocks() -> None:
    blocks = json.dumps([{"type": "text", "text": "Dish 0?"}, {"type": "text", "text": "Or 1?"}])
    user = {"role": "user", "content": "Dish 0?\n\nOr 1?", "blocks": blocks}
    sides = {
        "conversation_a": [user, make.raw_vote()["conversation_a"][1]],
        "conversation_b": [user, make.raw_vote()["conversation_b"][1]],
    }
    assert sound(raw_votes.read_row(make.raw_vote(**sides))).prompts == (("Dish 0?", "Or 1?"),)


def test_a_raw_vote_that_was_taken_back_has_no_winner() -> None:
    assert sound(raw_votes.read_row(make.raw_vote(winner=None))).votes[0].winner is None


@pytest.mark.parametrize(
    ("name", "contestant"),
    [
        ("owl", Contestant("owl")),
        ("owl@7b", Contestant("owl", "7b")),
        ("zoo@owl@7b", Contestant("zoo@owl", "7b")),
        ("owl@", Contestant("owl@")),
        ("@owl", Contestant("@owl")),
    ],
)
def test_a_raw_model_name_holds_its_version(name: str, contestant: Contestant) -> None:
    assert sound(raw_votes.read_row(make.raw_vote(model_a=name))).model_a == contestant


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"battle_id": "5"}, "battle_id"),
        ({"revision": 0}, "revision"),
        ({"revision": None}, "revision"),
        ({"current": None}, "current"),
        ({"propensity": 1.5}, "propensity"),
        ({"propensity": "often"}, "propensity"),
        ({"side_order": "left"}, "side_order"),
        ({"annotator_kind": None}, "annotator_kind"),
        ({"winner": "left"}, "winner"),
        ({"exclusions": [5]}, "exclusions[0]"),
        ({"exclusions": [{"reason": "x"}]}, "exclusions[0].excluded_by"),
        ({"matchup_id": None}, "matchup_id"),
    ],
)
def test_a_faulty_raw_vote_is_told_where(changes: make.Row, column: str) -> None:
    assert columns(raw_votes.read_row(make.raw_vote(**changes)))[0] == column
