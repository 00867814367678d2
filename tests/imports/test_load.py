"""The second pass, into a real Postgres: what is written, what is already there, and what is refused."""

import uuid
from pathlib import Path

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import text

from app.battles.lineup import lineup_of
from app.db.engine import Database
from app.errors import ConflictError
from app.imports.census import Census
from app.imports.formats.pairs import PairOptions
from app.imports.problems import RefusedRowsError
from tests.imports import rows as make
from tests.imports.conftest import Fetch, Import, content_of
from tests.worlds import open_arena

COUNTS = "SELECT (SELECT count(*) FROM matchup), (SELECT count(*) FROM battle), (SELECT count(*) FROM vote)"


async def test_a_matchup_is_written_with_all_its_parts(tmp_path: Path, import_file: Import, fetch: Fetch) -> None:
    prompt = [*make.conversation("Hello", "Hi!"), {"role": "user", "content": "Which soup?"}]
    row = make.neutral(7, prompt=prompt, language="en", category="food")
    loaded = await import_file(make.write_jsonl(tmp_path / "x.jsonl", [row]))
    assert (loaded.matchups, loaded.votes, loaded.models, loaded.annotators) == (1, 0, 2, 0)
    assert await fetch("SELECT external_id, state, coverage FROM matchup") == [("m7", "active", 0)]
    assert await fetch("SELECT text, language, fingerprint = sha256(convert_to(text, 'UTF8')) FROM prompt") == [
        ("Hello", "en", True)
    ]
    assert await fetch("SELECT tag, tagged_by FROM prompt_tag") == [("food", "import")]
    assert await fetch("SELECT turn_index, blocks->0->>'text' FROM turn ORDER BY 1") == [
        (0, "Hello"),
        (1, "Which soup?"),
    ]
    assert await fetch("SELECT slot, turn_index, blocks FROM response ORDER BY 1, 2") == [
        ("a", 0, [{"type": "text", "text": "Hi!"}]),
        ("a", 1, [{"type": "text", "text": "Soup 7"}]),
        ("b", 0, [{"type": "text", "text": "Hi!"}]),
        ("b", 1, [{"type": "text", "text": "Stew 7"}]),
    ]
    slots = await fetch(
        "SELECT s.slot, m.name, v.label, v.id FROM matchup_slot s JOIN model_version v ON v.id = s.model_version_id"
        " JOIN model m ON m.id = v.model_id ORDER BY 1"
    )
    assert [slot[:3] for slot in slots] == [("a", "owl", ""), ("b", "elk", "")]
    assert await fetch("SELECT lineup FROM matchup") == [lineup_of([slots[1][3], slots[0][3]])]


async def test_votes_become_battles_that_have_been_voted(tmp_path: Path, import_file: Import, fetch: Fetch) -> None:
    votes = [
        {"annotator": "ann", "winner": "model_b", "cast_at": "2024-05-01T12:30:00Z", "strength": 2},
        {"annotator": "bot", "winner": "both_bad", "kind": "judge"},
    ]
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1), make.neutral(2, votes=votes)])
    await import_file(file)
    assert await fetch("SELECT external_id, coverage FROM matchup ORDER BY 1") == [("m1", 0), ("m2", 2)]
    found = await fetch(
        """
        SELECT n.external_id, n.kind, n.source = 'arena:' || b.arena_id, b.state, b.source, b.revision,
            b.protocol_version, b.side_order, b.first_contestant, b.lineup = m.lineup,
            b.ended_at IS NOT DISTINCT FROM v.cast_at, v.revision,
            v.winner, v.strength, v.after_reveal, v.source, v.cast_at::text, v.source_row
        FROM vote v JOIN battle b ON b.id = v.battle_id
        JOIN annotator n ON n.id = v.annotator_id AND n.id = b.annotator_id
        JOIN matchup m ON m.id = b.matchup_id ORDER BY v.source_row
        """
    )
    battle = (True, "voted", "import", 1, 1, None, None, True, True, 1)
    assert found == [
        ("ann", "human", *battle, "model_b", 2, False, "import", "2024-05-01 12:30:00+00", 1),
        ("bot", "judge", *battle, "both_bad", None, False, "import", None, 2),
    ]
    contestants = await fetch(
        "SELECT array_agg(m.name ORDER BY c.place) FROM battle b, unnest(b.contestants) WITH ORDINALITY c (id, place)"
        " JOIN model_version v ON v.id = c.id JOIN model m ON m.id = v.model_id GROUP BY b.id"
    )
    assert contestants == [["owl", "elk"]] * 2


async def test_votes_of_a_file_of_their_own_keep_its_order_and_count_repeats(
    tmp_path: Path, import_file: Import, fetch: Fetch
) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(number) for number in range(3)])
    ballots = [("m2", "ann", "tie"), ("m0", "ann", "model_a"), ("m2", "bob", "tie"), ("m2", "ann", "model_b")]
    votes = make.write_csv(
        tmp_path / "votes.csv",
        [dict(zip(("matchup", "annotator", "winner"), ballot, strict=True)) for ballot in ballots],
    )
    await import_file(file, votes=votes)
    found = await fetch(
        "SELECT v.source_row, m.external_id, n.external_id, v.winner, b.repeat FROM vote v"
        " JOIN battle b ON b.id = v.battle_id JOIN matchup m ON m.id = b.matchup_id"
        " JOIN annotator n ON n.id = b.annotator_id ORDER BY 1"
    )
    assert found == [
        (1, "m2", "ann", "tie", 0),
        (2, "m0", "ann", "model_a", 0),
        (3, "m2", "bob", "tie", 0),
        (4, "m2", "ann", "model_b", 1),
    ]


async def test_facts_of_models_are_written_and_a_known_model_is_left_as_it_is(
    tmp_path: Path, import_file: Import, fetch: Fetch
) -> None:
    models = make.write_jsonl(
        tmp_path / "models.jsonl",
        [
            {
                "model": "owl",
                "organisation": "Zoo",
                "licence": "MIT",
                "link": "https://owl.test",
                "settings": {"t": 0.5},
            },
            {"model": "unused"},
        ],
    )
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral()])
    await import_file(file, models=models)
    models.write_text('{"model": "owl", "organisation": "Circus"}\n')
    loaded = await import_file(file, models=models, slug="another")
    assert (loaded.models, loaded.matchups) == (0, 1)
    query = (
        "SELECT name, organisation, licence, link, settings FROM model JOIN model_version v ON v.model_id = model.id"
    )
    assert await fetch(f"{query} ORDER BY 1") == [
        ("elk", None, None, None, {}),
        ("owl", "Zoo", "MIT", "https://owl.test", {"t": 0.5}),
    ]


async def test_a_vote_that_was_not_anonymous_is_there_and_excluded(
    tmp_path: Path, import_file: Import, fetch: Fetch
) -> None:
    rows = [make.arena_100k(1), make.arena_100k(2, anony=False)]
    await import_file(make.write_jsonl(tmp_path / "x.jsonl", rows))
    found = await fetch(
        "SELECT n.external_id, x.reason, x.excluded_by, x.lifted_at FROM vote v"
        " JOIN annotator n ON n.id = v.annotator_id LEFT JOIN vote_exclusion x ON x.battle_id = v.battle_id ORDER BY 1"
    )
    assert found == [("hash1", None, None, None), ("hash2", "not anonymous", "import", None)]


SHAPES = {
    "neutral": [make.neutral(n, tags=["t"], votes=[{"annotator": "ann", "winner": "tie"}] * 2) for n in range(20)],
    "arena-33k": [make.arena_33k(n, judge=f"n{n % 3}") for n in range(20)],
    "arena-100k": [make.arena_100k(n, anony=n % 2 == 0) for n in range(20)],
    "arena-140k": [make.arena_140k(n) for n in range(20)],
    "arena-55k": [make.arena_55k(n) for n in range(20)],
    "trl-preference": [make.trl_preference(n % 10) for n in range(20)],
    "raw-votes": [
        make.raw_vote(n, exclusions=[{"reason": "fast", "excluded_by": "rule", "created_at": "2025-05-02T00:00:00Z"}])
        for n in range(20)
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_same_file_twice_changes_nothing(
    tmp_path: Path, import_file: Import, database: Database, shape: str
) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", SHAPES[shape])
    options = {"pairs": PairOptions(chosen_by="human")}
    first = await import_file(file, **options)
    assert first.votes >= 20
    before = await content_of(database)
    assert before["vote"][0] == first.votes
    again = await import_file(file, **options)
    assert (again.matchups, again.votes, again.models, again.annotators) == (0, 0, 0, 0)
    assert await content_of(database) == before


async def test_a_longer_file_adds_what_is_new(tmp_path: Path, import_file: Import, fetch: Fetch) -> None:
    ann, bob = {"annotator": "ann", "winner": "tie"}, {"annotator": "bob", "winner": "model_a"}
    await import_file(make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1, votes=[ann])]))
    longer = make.write_jsonl(tmp_path / "y.jsonl", [make.neutral(1, votes=[ann, bob]), make.neutral(2, votes=[ann])])
    loaded = await import_file(longer)
    assert (loaded.matchups, loaded.votes, loaded.annotators) == (1, 2, 1)
    assert await fetch("SELECT external_id, coverage FROM matchup ORDER BY 1") == [("m1", 2), ("m2", 1)]


async def test_matchups_that_were_there_by_other_means_are_recognised(
    tmp_path: Path, import_file: Import, database: Database, fetch: Fetch
) -> None:
    await open_arena(database, matchups=1, models=("owl", "elk"))
    row = {
        "id": "m-0",
        "prompt": "What is dish number 0 called?",
        "outputs": [{"model": name, "text": "Dish 0 has *one* name and another."} for name in ("owl", "elk")],
        "votes": [{"annotator": "ann", "winner": "tie"}],
    }
    loaded = await import_file(make.write_jsonl(tmp_path / "x.jsonl", [row]))
    assert (loaded.matchups, loaded.votes, loaded.models) == (0, 1, 0)
    assert await fetch("SELECT external_id, coverage FROM matchup") == [("m-0", 1)]
    assert await fetch("SELECT count(*) FROM prompt") == [1]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (make.neutral(2, prompt="Another?"), "x.jsonl, line 2: m2 is in the arena already, with other content"),
        (
            make.neutral(2, outputs=[{"model": "owl", "text": "Soup 2"}, {"model": "elk", "text": "Other"}]),
            "x.jsonl, line 2: m2 is in the arena already, with other content",
        ),
        (
            make.neutral(2, outputs=[{"model": "elk", "text": "Soup 2"}, {"model": "owl", "text": "Stew 2"}]),
            "x.jsonl, line 2: m2 is in the arena already, with other content",
        ),
        (
            make.neutral(2, votes=[{"annotator": "ann", "winner": "model_a"}]),
            "x.jsonl, line 2: this vote is in the arena already, and says something else there",
        ),
    ],
)
async def test_a_row_that_the_arena_has_with_other_content_is_refused_and_named(
    tmp_path: Path, import_file: Import, database: Database, changed: make.Row, reason: str
) -> None:
    known = make.neutral(2, votes=[{"annotator": "ann", "winner": "tie"}])
    await import_file(make.write_jsonl(tmp_path / "x.jsonl", [known]))
    before = await content_of(database)
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1), changed, make.neutral(3)])
    with pytest.raises(RefusedRowsError) as caught:
        await import_file(file)
    assert caught.value.detail.startswith(reason)
    assert await content_of(database) == before


async def test_an_annotator_of_another_kind_is_refused(tmp_path: Path, import_file: Import) -> None:
    def file(number: int, kind: str) -> Path:
        votes = [{"annotator": "ann", "winner": "tie", "kind": kind}]
        return make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(number, votes=votes)])

    await import_file(file(1, "human"))
    with pytest.raises(ConflictError, match="ann is of the kind human in this arena"):
        await import_file(file(2, "judge"))


async def test_an_import_that_fails_half_way_leaves_nothing_behind(
    tmp_path: Path, import_file: Import, database: Database, fetch: Fetch
) -> None:
    async with database.session() as session:
        await session.execute(text("ALTER TABLE vote ADD CONSTRAINT planted CHECK (source_row < 15)"))
    before = await content_of(database)
    rows = [make.neutral(number, votes=[{"annotator": "ann", "winner": "tie"}]) for number in range(20)]
    with pytest.raises(CheckViolation, match="planted"):
        await import_file(make.write_jsonl(tmp_path / "x.jsonl", rows))
    assert await content_of(database) == before
    assert await fetch("SELECT count(*) FROM arena") == [0]


async def test_a_file_that_changes_after_it_was_checked_is_refused(
    tmp_path: Path, import_file: Import, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1)])
    monkeypatch.setattr("app.imports.load.Census", lambda: (file.write_text("oops\n"), Census())[1])
    before = await content_of(database)
    with pytest.raises(RefusedRowsError, match="line 1: is not JSON"):
        await import_file(file)
    assert await content_of(database) == before


async def test_the_same_file_in_two_arenas_is_two_sets_of_matchups(
    tmp_path: Path, import_file: Import, fetch: Fetch
) -> None:
    file = make.write_jsonl(tmp_path / "x.jsonl", [make.neutral(1, votes=[{"annotator": "ann", "winner": "tie"}])])
    await import_file(file)
    await import_file(file, slug="pantry")
    assert await fetch(COUNTS) == [(2, 2, 2)]
    assert await fetch("SELECT count(DISTINCT source), count(DISTINCT id) FROM annotator") == [(2, 2)]
    assert await fetch("SELECT count(*) FROM model") == [2]


async def test_raw_votes_keep_their_battles_and_revisions(tmp_path: Path, import_file: Import, fetch: Fetch) -> None:
    exclusion = {
        "reason": "too fast",
        "excluded_by": "rule",
        "created_at": "2025-05-02T00:00:00Z",
        "lifted_at": "2025-05-03T00:00:00Z",
    }
    undone = make.raw_vote(1, revision=2, winner=None, cast_at="2025-05-01T12:31:00Z")
    rows = [
        make.raw_vote(0, matchup_id="m", exclusions=[exclusion]),
        make.raw_vote(1, current=False),
        make.raw_vote(
            2, matchup_id="m", **{side: make.raw_vote(0)[side] for side in ("conversation_a", "conversation_b")}
        ),
        undone,
        make.raw_vote(3, after_reveal=True, side_order="ab"),
    ]
    await import_file(make.write_jsonl(tmp_path / "x.jsonl", rows))
    battles = await fetch(
        "SELECT b.id, m.external_id, b.state, b.revision, b.side_order, b.sampler, b.propensity, b.shown_at::text,"
        " array_position(b.contestants, b.first_contestant) FROM battle b"
        " JOIN matchup m ON m.id = b.matchup_id ORDER BY 1"
    )
    shared = ("least-covered", 0.125, "2025-05-01 12:29:00.000001+00")
    assert battles == [
        (uuid.UUID(int=1), "m", "voted", 1, "ba", *shared, 2),
        (uuid.UUID(int=2), "m1", "retracted", 2, "ba", *shared, 2),
        (uuid.UUID(int=3), "m", "voted", 1, "ba", *shared, 2),
        (uuid.UUID(int=4), "m3", "voted", 1, "ab", *shared, 1),
    ]
    votes = await fetch("SELECT battle_id, revision, winner, after_reveal, source_row FROM vote ORDER BY 1, 2")
    assert votes == [
        (uuid.UUID(int=1), 1, "model_a", False, None),
        (uuid.UUID(int=2), 1, "model_a", False, None),
        (uuid.UUID(int=2), 2, None, False, None),
        (uuid.UUID(int=3), 1, "model_a", False, None),
        (uuid.UUID(int=4), 1, "model_a", True, None),
    ]
    assert await fetch("SELECT external_id, coverage FROM matchup ORDER BY 1") == [("m", 2), ("m1", 0), ("m3", 0)]
    exclusions = await fetch(
        "SELECT battle_id, reason, excluded_by, created_at::date::text, lifted_at::date::text FROM vote_exclusion"
    )
    assert exclusions == [(uuid.UUID(int=1), "too fast", "rule", "2025-05-02", "2025-05-03")]
    labels = await fetch("SELECT m.name, v.label FROM model m JOIN model_version v ON v.model_id = m.id ORDER BY 1")
    assert labels == [("elk", "v2"), ("owl", "")]


async def test_a_raw_vote_in_the_place_of_another_battle_is_refused(tmp_path: Path, import_file: Import) -> None:
    await import_file(make.write_jsonl(tmp_path / "x.jsonl", [make.raw_vote(1)]))
    other = make.raw_vote(1, battle_id=str(uuid.UUID(int=99)))
    with pytest.raises(RefusedRowsError, match="line 1: this vote is in the arena already"):
        await import_file(make.write_jsonl(tmp_path / "x.jsonl", [other]))
