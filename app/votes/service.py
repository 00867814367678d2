"""Casting a vote, taking it back, and reading one's own."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.arenas.tables import Arena
from app.battles.content import by_side
from app.battles.service import ShownBattle, show_battle
from app.battles.tables import Battle
from app.db.engine import Database
from app.errors import AlreadyVotedError, ConflictError, InvalidInputError, UndoWindowClosedError
from app.votes import repository
from app.votes.cast import Cast, Credentials, cast, retract
from app.votes.rules import choice_of, choices
from app.votes.schemas import HistoryItem, Reveal, RevealedModel, VoteIn, VoteOut
from app.web.pagination import Page, encode_cursor

HISTORY_PAGE = 50
WORDS = {
    "side_a": "A is better",
    "side_b": "B is better",
    "tie": "a tie",
    "both_bad": "both are bad",
}


@dataclass(frozen=True)
class JudgedBattle:
    """A battle as its page shows it, with the current vote on it, if any."""

    shown: ShownBattle
    vote: VoteOut | None

    @property
    def can_vote(self) -> bool:
        return self.shown.arena.state == "open" and self.shown.battle.state in ("shown", "retracted", "expired")

    @property
    def can_undo(self) -> bool:
        return self.vote is not None and self.vote.choice is not None and self.vote.undo_until > datetime.now(UTC)


async def cast_vote(
    database: Database, credentials: Credentials, battle_id: uuid.UUID, vote: VoteIn, *, source: str
) -> VoteOut | None:
    """Record a vote in one round trip; None where it was refused, which `explain_refusal` then explains."""
    async with database.direct() as connection:
        recorded = await cast(
            connection, credentials, battle_id, choice=vote.choice, revision=vote.revision, source=source
        )
    return None if recorded is None else _from_cast(battle_id, recorded)


async def explain_refusal(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID, vote: VoteIn) -> VoteOut:
    """Why a vote was not recorded. The same vote sent again is no error: it is answered as the first copy was."""
    viewer.require("vote")
    judged = await read_battle(session, viewer, battle_id)
    shown, standing = judged.shown, judged.vote
    if vote.choice not in choices(shown.protocol.options):
        raise InvalidInputError(f"This arena does not ask for {WORDS[vote.choice]!r}.")
    if standing is not None and standing.choice is not None:
        if standing.choice == vote.choice and standing.revision == vote.revision + 1:
            return standing
        raise AlreadyVotedError(f"Your vote stands: {WORDS[standing.choice]}. To change it, undo it first.")
    if shown.battle.state in ("writing", "failed"):
        raise ConflictError("There is nothing to vote on: both answers have to be there first.")
    if shown.battle.state == "skipped":
        raise ConflictError("You skipped this battle. Go on with the next one.")
    if shown.arena.state != "open":
        raise ConflictError(f"{shown.arena.title} is closed, so this vote was not counted.")
    raise ConflictError("This is a late copy of a vote that has been taken back. Reload the page to vote again.")


async def retract_vote(
    database: Database, credentials: Credentials, viewer: Viewer, battle_id: uuid.UUID, *, source: str
) -> VoteOut:
    """Take the current vote back within the window; the answer is the new revision, without a choice."""
    async with database.direct() as connection:
        await retract(connection, credentials, battle_id, source=source)
    async with database.read_session() as session:
        viewer.require("vote")
        judged = await read_battle(session, viewer, battle_id)
    if judged.vote is None:
        raise ConflictError("There is no vote on this battle to undo.")
    if judged.vote.choice is not None:
        raise UndoWindowClosedError(
            f"A vote can be undone for {judged.shown.protocol.undo_seconds} seconds. Yours stands as it is."
        )
    return judged.vote


async def read_battle(session: AsyncSession, viewer: Viewer, battle_id: uuid.UUID) -> JudgedBattle:
    """The viewer's battle with its texts and current vote. Names come with it only once there is a vote."""
    shown = await show_battle(session, viewer, battle_id)
    if shown.battle.revision == 0:
        return JudgedBattle(shown, None)
    current = await repository.current_vote(session, shown.battle.arena_id, battle_id)
    return JudgedBattle(shown, None if current is None else _from_current(shown, current))


async def list_history(
    session: AsyncSession, viewer: Viewer, arena: Arena, before: uuid.UUID | None = None
) -> Page[HistoryItem]:
    """The viewer's own battles in an arena, newest first."""
    if viewer.annotator_id is None:
        return Page([], None)
    rows = await repository.history(session, arena.id, viewer.annotator_id, before, HISTORY_PAGE + 1)
    items = [_history_item(row) for row in rows[:HISTORY_PAGE]]
    return Page(items, encode_cursor(items[-1].battle_id) if len(rows) > HISTORY_PAGE else None)


def _history_item(row: RowMapping) -> HistoryItem:
    return HistoryItem(
        battle_id=row["id"],
        prompt=row["prompt"],
        choice=choice_of(row["winner"], row["side_order"] or "ab") if row["winner"] else None,
        state=row["state"],
        shown_at=row["shown_at"],
        reveal=_reveal(row["models"], row["side_order"]),
    )


def _from_cast(battle_id: uuid.UUID, recorded: Cast) -> VoteOut:
    return VoteOut(
        battle_id=battle_id,
        revision=recorded.revision,
        choice=recorded.choice,
        after_reveal=recorded.after_reveal,
        cast_at=recorded.cast_at,
        undo_until=recorded.undo_until,
        reveal=_reveal(recorded.models, recorded.side_order),
    )


def _from_current(shown: ShownBattle, current: repository.CurrentVote) -> VoteOut:
    side_order = shown.battle.side_order
    cast_at = current.cast_at or shown.battle.created_at
    return VoteOut(
        battle_id=shown.battle.id,
        revision=current.revision,
        choice=choice_of(current.winner, side_order or "ab") if current.winner else None,
        after_reveal=current.after_reveal,
        cast_at=cast_at,
        undo_until=cast_at + timedelta(seconds=shown.protocol.undo_seconds),
        reveal=_reveal(current.models if shown.protocol.reveal else None, side_order),
    )


async def names_from_the_start(session: AsyncSession, battle: Battle) -> dict[str, RevealedModel | None]:
    """Who stands on which side of a battle in which that is no secret. A direct chat has one side."""
    if battle.kind == "anonymous":
        raise ValueError("the contestants of an anonymous battle are a secret")
    slots = [_revealed(model) for model in await repository.contestants(session, battle.arena_id, battle.id)]
    side_a, side_b = by_side(battle.side_order, slots[0], slots[1] if len(slots) > 1 else None)
    return {"side_a": side_a, "side_b": side_b}


def _reveal(models: list[list[str | None]] | None, side_order: str | None) -> Reveal | None:
    if models is None:
        return None
    slot_a, slot_b = map(_revealed, models)
    side_a, side_b = by_side(side_order, slot_a, slot_b)
    return Reveal(side_a=side_a, side_b=side_b)


def _revealed(model: list[str | None]) -> RevealedModel:
    name, organisation, licence, link = model
    return RevealedModel(model=name or "", organisation=organisation, licence=licence, link=link)
