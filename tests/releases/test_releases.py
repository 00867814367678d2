"""What is in a release."""

import hashlib
from collections import Counter

import orjson
import pytest
from sqlalchemy import text

from app.config import Settings
from app.db.engine import Database
from app.releases import stream
from app.releases.formats.format import NESTED_TYPES
from tests.releases.arenas import DISH, Cast, arena_with, minutes
from tests.releases.releasing import BESIDE, MIXED, REVISIONS, names_in, read, released, words_in


@pytest.mark.parametrize("file_type", NESTED_TYPES)
async def test_raw_votes_hold_every_revision_of_every_vote(
    database: Database, settings: Settings, file_type: str
) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "raw-votes", file_type)
    rows = read(folder, f"raw-votes.{file_type}")
    assert (release.state, release.rows_written, release.rows_total) == ("ready", REVISIONS, REVISIONS)
    assert len(rows) == REVISIONS
    expected = {
        (str(cast.battle_id), revision, winner, cast.kind, cast.after_reveal)
        for cast in MIXED
        for revision, winner in enumerate(cast.verdicts, start=1)
    }
    found = {
        (row["battle_id"], row["revision"], row["winner"], row["annotator_kind"], row["after_reveal"]) for row in rows
    }
    assert found == expected
    assert sum(row["current"] for row in rows) == len(MIXED)
    assert {(row["model_a"], row["model_b"]) for row in rows} == {
        ("planted-aardvark-7b", "planted-bison-13b@quantised")
    }
    assert {tuple(row["prompt_tags"]) for row in rows} == {("dinner", "pasta")}


async def test_the_counts_of_the_board_can_be_recomputed_from_raw_votes_alone(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    _, folder = await released(database, settings, arena, "raw-votes")
    counted = Counter(
        (row["annotator_kind"], row["model_a"], row["model_b"], row["winner"])
        for row in read(folder, "raw-votes.jsonl")
        if row["current"]
        and row["winner"] is not None
        and not row["after_reveal"]
        and all(exclusion["lifted_at"] for exclusion in row["exclusions"])
    )
    async with database.read_session() as session:
        rows = await session.execute(
            text("""
                SELECT n.kind, v.winner, count(*) AS votes FROM vote v
                JOIN battle b ON b.id = v.battle_id AND b.revision = v.revision
                JOIN annotator n ON n.id = v.annotator_id
                WHERE v.winner IS NOT NULL AND NOT v.after_reveal AND NOT EXISTS (
                    SELECT 1 FROM vote_exclusion x WHERE x.battle_id = b.id AND x.lifted_at IS NULL)
                GROUP BY n.kind, v.winner
            """)
        )
        names = ("planted-aardvark-7b", "planted-bison-13b@quantised")
        assert counted == {(row.kind, *names, row.winner): row.votes for row in rows}


@pytest.mark.parametrize("file_type", NESTED_TYPES)
async def test_trl_preference_holds_the_decisive_votes_that_count_in_their_order(
    database: Database, settings: Settings, file_type: str
) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "trl-preference", file_type)
    prompt = [{"role": "user", "content": "What is the dish called?"}]
    carbonara = [{"role": "assistant", "content": "Carbonara."}]
    amatriciana = [{"role": "assistant", "content": "Amatriciana."}]
    assert read(folder, f"trl-preference.{file_type}") == [
        {"prompt": prompt, "chosen": carbonara, "rejected": amatriciana},
        {"prompt": prompt, "chosen": amatriciana, "rejected": carbonara},
        {"prompt": prompt, "chosen": carbonara, "rejected": amatriciana},
    ]
    assert release.manifest["dropped"] == {
        "replaced by a later revision": 3,
        "taken back": 1,
        "tie": 1,
        "both bad": 1,
        "cast after the names were seen": 1,
        "excluded": 1,
        "conversations differ before the last turn": 1,
        "annotator is judge": 1,
        "annotator is simulated": 1,
    }
    assert release.manifest["rows"] + sum(release.manifest["dropped"].values()) == REVISIONS
    assert release.manifest["votes_read"] == REVISIONS


ABOUT_SOUP = (("Which soup?", "Minestrone.", "Ribollita."),)


@pytest.mark.parametrize("batch", [1, 4])
async def test_rows_made_of_several_votes_hold_all_votes_on_a_prompt_whenever_they_were_cast(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(stream, "FIRST_BATCH", batch)
    monkeypatch.setattr(stream, "MOST_ROWS", batch)
    turns = [DISH, ABOUT_SOUP] * 4
    verdicts = ["model_a", "model_b", "model_a", "tie", "both_bad", "model_b", None, "model_b"]
    casts = [
        Cast((winner,), turns=about, cast_at=minutes(number))
        for number, (about, winner) in enumerate(zip(turns, verdicts, strict=True))
    ]
    arena = await arena_with(database, casts)
    release, folder = await released(database, settings, arena, "ranking")
    found = {
        row["prompt"][0]["content"]: [
            (answer["rank"], answer["answer"], answer["wins"], answer["ties"], answer["votes"])
            for answer in row["answers"]
        ]
        for row in read(folder, "ranking.jsonl")
    }
    assert found == {
        "What is the dish called?": [(1, "Carbonara.", 2, 0, 3), (2, "Amatriciana.", 0, 0, 3)],
        "Which soup?": [(1, "Ribollita.", 3, 1, 4), (2, "Minestrone.", 0, 1, 4)],
    }
    manifest = release.manifest
    assert (manifest["rows"], manifest["votes_used"], manifest["dropped"]) == (2, 7, {"taken back": 1})
    assert manifest["votes_used"] + sum(manifest["dropped"].values()) == manifest["votes_read"]


async def test_no_prompt_is_in_two_splits_and_every_row_is_in_one(database: Database, settings: Settings) -> None:
    questions = [f"Question {number}?" for number in range(12)]
    casts = [Cast(turns=((question, "Yes.", "No."),)) for question in questions for _ in range(2)]
    shouted = [Cast(turns=((f"  {question.upper()} ", "Yes.", "No."),)) for question in questions]
    arena = await arena_with(database, [*casts, *shouted])
    release, folder = await released(database, settings, arena, "raw-votes", split="50/50")
    prompts = {
        file["split"]: [row["conversation_a"][0]["content"].strip().lower() for row in read(folder, file["name"])]
        for file in release.manifest["files"]
    }
    assert len(prompts["train"]) + len(prompts["test"]) == 36
    assert prompts["train"]
    assert prompts["test"]
    assert not set(prompts["train"]) & set(prompts["test"])
    again, _ = await released(database, settings, arena, "trl-preference", split="50/50")
    assert [file["rows"] for file in again.manifest["files"]] == [file["rows"] for file in release.manifest["files"]]


async def test_kinds_of_annotators_mix_only_when_that_is_asked_for(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    usual, _ = await released(database, settings, arena, "trl-preference")
    judged, _ = await released(database, settings, arena, "trl-preference", kinds=["judge", "simulated"])
    raw, _ = await released(database, settings, arena, "raw-votes")
    assert usual.manifest["counts"]["annotator_kind"] == {"human": 3}
    assert judged.manifest["counts"]["annotator_kind"] == {"judge": 1, "simulated": 1}
    assert raw.manifest["kinds"] == ["human", "judge", "simulated"]


async def test_an_arena_without_human_votes_releases_the_simulated_ones_and_says_so(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, [Cast(kind="simulated"), Cast(kind="judge")])
    release, folder = await released(database, settings, arena, "trl-preference")
    assert release.manifest["kinds"] == ["simulated"]
    assert release.rows_written == 1
    assert "kinds of annotators: simulated" in (folder / "README.md").read_text()


async def test_the_manifest_tells_what_is_in_the_files_and_hashes_them(database: Database, settings: Settings) -> None:
    arena = await arena_with(database, MIXED)
    release, folder = await released(database, settings, arena, "raw-votes", "parquet")
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    data = (folder / "raw-votes.parquet").read_bytes()
    assert manifest == release.manifest
    assert manifest["files"] == [
        {
            "name": "raw-votes.parquet",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": REVISIONS,
        }
    ]
    assert names_in(folder) == sorted([*BESIDE, "raw-votes.parquet"])
    assert manifest["arena"]["slug"] == "kitchen"
    assert manifest["protocols"][0]["document"]["options"] == ["model_a", "model_b", "tie", "both_bad"]
    assert [model["name"] for model in manifest["models"]] == ["planted-aardvark-7b", "planted-bison-13b@quantised"]
    assert manifest["models"][0]["licence"] == "Apache-2.0"
    assert manifest["columns"][0] == {
        "name": "battle_id",
        "type": "string",
        "nullable": False,
        "description": "the battle's UUID",
    }
    assert manifest["counts"]["source"] == {"web": REVISIONS}


async def test_people_appear_under_pseudonyms_that_no_other_release_shares(
    database: Database, settings: Settings
) -> None:
    arena = await arena_with(database, MIXED)
    texts, pseudonyms = [], []
    for _ in range(2):
        _, folder = await released(database, settings, arena, "raw-votes")
        rows = read(folder, "raw-votes.jsonl")
        texts.append("".join(words_in(path) for path in folder.iterdir()))
        pseudonyms.append({row["battle_id"]: row["annotator"] for row in rows})
    async with database.read_session() as session:
        annotators = (await session.execute(text("SELECT id::text FROM annotator"))).scalars().all()
    assert len(set(pseudonyms[0].values())) == len(MIXED)
    assert not set(pseudonyms[0].values()) & set(pseudonyms[1].values())
    for secret in (*annotators, "owner@example.org"):
        assert secret not in texts[0]
