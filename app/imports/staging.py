"""Checked rows into the two staging tables, by COPY."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from psycopg import AsyncCursor

from app.battles.lineup import lineup_of
from app.battles.style import measure_style
from app.imports import statements
from app.imports.identity import Identity
from app.imports.records import BattleFacts, Blocks, Contestant, ImportedExclusion
from app.imports.stream import PlacedMatchup, PlacedVote

_BATCH_ROWS = 1000
_BATCH_CHARACTERS = 8_000_000


class Stager:
    """Collects a batch of each kind, since one connection runs one COPY at a time."""

    def __init__(self, cursor: AsyncCursor[Any], identity: Identity, versions: Mapping[Contestant, uuid.UUID]) -> None:
        self._cursor = cursor
        self._identity = identity
        self._versions = versions
        self._lineup = cache(lambda a, b: lineup_of((a, b)))
        self._fingerprints: set[bytes] = set()
        self._matchups: list[tuple[Any, ...]] = []
        self._votes: list[tuple[Any, ...]] = []
        self._characters = 0

    async def add(self, placed: PlacedMatchup | PlacedVote) -> None:
        if isinstance(placed, PlacedMatchup):
            self._matchups.append(self._matchup_row(placed))
        else:
            self._votes.append(self._vote_row(placed))
        if len(self._matchups) + len(self._votes) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            await self.flush()

    async def flush(self) -> None:
        await copy_rows(self._cursor, statements.COPY_MATCHUPS, self._matchups)
        await copy_rows(self._cursor, statements.COPY_VOTES, self._votes)
        self._matchups, self._votes, self._characters = [], [], 0

    def _matchup_row(self, placed: PlacedMatchup) -> tuple[Any, ...]:
        matchup = placed.matchup
        opening = "\n\n".join(matchup.prompts[0])
        fingerprint = sha256(opening.encode()).digest()
        is_first = fingerprint not in self._fingerprints
        self._fingerprints.add(fingerprint)
        version_a, version_b = self._versions[matchup.model_a], self._versions[matchup.model_b]
        candidate = self._identity.of("matchup", matchup.external_id)
        contents = [_blocks_json(part) for part in (matchup.prompts, matchup.answers_a, matchup.answers_b)]
        answers = (matchup.answers_a, matchup.answers_b)
        styles = [[tuple(measure_style(blocks)) for blocks in of_slot] for of_slot in answers]
        self._characters += sum(map(len, contents))
        return (
            placed.line,
            candidate,
            candidate,
            matchup.external_id,
            self._identity.of("prompt", fingerprint.hex()),
            fingerprint,
            opening if is_first else None,
            matchup.language,
            list(matchup.tags),
            version_a,
            version_b,
            self._lineup(version_a, version_b),
            *contents,
            *(orjson.dumps(style).decode() for style in styles),
        )

    def _vote_row(self, placed: PlacedVote) -> tuple[Any, ...]:
        vote = placed.vote
        battle = vote.battle or self._battle_of(placed)
        return (
            placed.path.name,
            placed.line,
            battle.battle_id,
            self._identity.of("matchup", placed.matchup),
            self._identity.of("annotator", vote.annotator),
            battle.repeat,
            battle.revision,
            battle.is_current,
            vote.winner,
            vote.strength,
            battle.after_reveal,
            battle.side_order,
            battle.sampler,
            battle.propensity,
            battle.shown_at,
            vote.cast_at,
            battle.source_row,
            self._exclusions_json(battle.battle_id, vote.exclusions) if vote.exclusions else None,
        )

    def _battle_of(self, placed: PlacedVote) -> BattleFacts:
        """The battle behind a vote whose source knows of none."""
        return BattleFacts(
            battle_id=self._identity.of("battle", placed.matchup, placed.vote.annotator, str(placed.repeat)),
            repeat=placed.repeat,
            source_row=placed.number,
        )

    def _exclusions_json(self, battle_id: str, exclusions: Sequence[ImportedExclusion]) -> str:
        rows = [
            {
                "id": str(
                    self._identity.of("exclusion", battle_id, item.reason, item.excluded_by, str(item.created_at))
                ),
                "reason": item.reason,
                "excluded_by": item.excluded_by,
                "created_at": item.created_at,
                "lifted_at": item.lifted_at,
            }
            for item in exclusions
        ]
        return orjson.dumps(rows).decode()


async def copy_rows(cursor: AsyncCursor[Any], statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    async with cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row(row)


def _blocks_json(messages: Sequence[Blocks]) -> str:
    """[[{"type": "text", "text": ...}], ...]: a list of blocks for each message."""
    return orjson.dumps([[{"type": "text", "text": text} for text in blocks] for blocks in messages]).decode()
