"""Whether all that a person did is stored, completely and as they saw it: in the database, and in the export."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.live_browser.people import Battle

_BATTLE = text("""
    SELECT b.state, b.kind, b.sampler, b.propensity, b.side_order, b.annotator_id, b.arena_id, b.matchup_id,
        (SELECT array_agg(m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END ORDER BY c.place)
         FROM unnest(b.contestants) WITH ORDINALITY AS c (id, place)
         JOIN model_version v ON v.id = c.id JOIN model m ON m.id = v.model_id) AS names,
        (SELECT count(*) FROM consent c WHERE c.annotator_id = b.annotator_id AND c.arena_id = b.arena_id) AS consents
    FROM battle b WHERE b.id = :id
""")
_TURNS = text("""
    SELECT turn_index, blocks FROM turn WHERE arena_id = :arena_id AND matchup_id = :matchup_id ORDER BY turn_index
""")
_RESPONSES = text("""
    SELECT turn_index, slot, blocks, finish_reason, characters FROM response
    WHERE arena_id = :arena_id AND matchup_id = :matchup_id ORDER BY turn_index, slot
""")
_CALLS = text("""
    SELECT turn_index, slot, output_tokens FROM model_call
    WHERE battle_id = :id AND error IS NULL AND finish_reason IN ('stop', 'length') ORDER BY turn_index, slot
""")
_VOTES = text("SELECT revision, winner, after_reveal FROM vote WHERE battle_id = :id")


async def problems(session: AsyncSession, battle: Battle) -> list[str]:
    """What is missing or otherwise than it was on the screen; empty where the battle is stored completely."""
    row = (await session.execute(_BATTLE, {"id": battle.battle_id})).mappings().one_or_none()
    if row is None:
        return [f"{battle.battle_id}: is not there"]
    key = {"arena_id": row["arena_id"], "matchup_id": row["matchup_id"]}
    turns = (await session.execute(_TURNS, key)).all()
    responses = (await session.execute(_RESPONSES, key)).all()
    calls = (await session.execute(_CALLS, {"id": battle.battle_id})).all()
    votes = (await session.execute(_VOTES, {"id": battle.battle_id})).all()
    places = [(index, slot) for index in range(len(battle.asked)) for slot in "ab"]
    holds = {
        "voted": row["state"] == "voted" and row["kind"] == "anonymous",
        "drawn by a policy": bool(row["sampler"]) and 0 < (row["propensity"] or 0) <= 1,
        "consented": row["consents"] == 1,
        "names": _by_side(row["side_order"], row["names"]) == battle.names,
        "questions": [(turn.turn_index, _words(turn.blocks)) for turn in turns] == list(enumerate(battle.asked)),
        "both answers of each turn": [(one.turn_index, one.slot) for one in responses] == places,
        "answers that are not empty": all(_words(one.blocks).strip() and one.characters for one in responses),
        "reasons for their ends": all(one.finish_reason in ("stop", "length") for one in responses),
        "calls": [(call.turn_index, call.slot) for call in calls] == places,
        "tokens": all(call.output_tokens for call in calls),
        "one vote": [(v.revision, v.winner, v.after_reveal) for v in votes]
        == [(1, _winner(row["side_order"], battle.choice), False)],
    }
    return [f"{battle.battle_id}: {what}" for what, is_so in holds.items() if not is_so]


def problems_in_export(slug: str, battles: Sequence[Battle]) -> list[str]:
    """The same of the release that `preferendum export` writes: a row a vote, with both conversations."""
    rows = {row["battle_id"]: row for row in _export(slug)}
    return [problem for battle in battles for problem in _problems_in_row(battle, rows.get(str(battle.battle_id)))]


def _export(slug: str) -> Iterator[Mapping[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "release"
        command = ["export", slug, "--format", "raw-votes", "--type", "jsonl", "--out", str(out)]
        subprocess.run([sys.executable, "-m", "app", *command], check=True, capture_output=True)
        for file in out.rglob("*.jsonl"):
            with file.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def _problems_in_row(battle: Battle, row: Mapping[str, Any] | None) -> list[str]:
    if row is None:
        return [f"{battle.battle_id}: is not in the export"]
    wrong = []
    for slot in "ab":
        said = row[f"conversation_{slot}"]
        if [one["content"] for one in said if one["role"] == "user"] != battle.asked:
            wrong.append(f"{battle.battle_id}: questions of slot {slot} in the export")
        if sum(bool(one["content"].strip()) for one in said if one["role"] == "assistant") != len(battle.asked):
            wrong.append(f"{battle.battle_id}: answers of slot {slot} in the export")
    if row["winner"] != _winner(row["side_order"], battle.choice) or not row["propensity"]:
        wrong.append(f"{battle.battle_id}: vote or propensity in the export")
    return wrong


def _words(blocks: Sequence[Mapping[str, str]]) -> str:
    return "".join(block["text"] for block in blocks)


def _by_side(side_order: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names if side_order == "ab" else reversed(names))


def _winner(side_order: str, choice: str) -> str:
    if not choice.startswith("side_"):
        return choice
    return "model_a" if choice == f"side_{side_order[0]}" else "model_b"
