"""What is in a release."""

import hashlib
from collections import Counter

import orjson
import pytest
from sqlalchemy import text

from app.config import Settings
from app.db.engine import Database
from app.releases.formats.format import NESTED_TYPES
from tests.releases.arenas import Cast, arena_with
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
