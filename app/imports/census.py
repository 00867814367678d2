"""What only shows when rows are looked at together: ids that come twice, votes on nothing, repeats.

Everything is remembered as short hashes, so that 100,000 matchups take some 30 MB.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from app.imports.records import Contestant, ImportedMatchup, ImportedVote

_MAX_REPEAT = 32_767


@dataclass
class Census:
    """Grows row by row, in the order of the files."""

    annotators: dict[str, str] = field(default_factory=dict)
    contestants: set[Contestant] = field(default_factory=set)
    votes: int = 0
    _matchups: dict[bytes, bytes] = field(default_factory=dict)
    _repeats: dict[bytes, int] = field(default_factory=dict)
    _battles: dict[bytes, bytes] = field(default_factory=dict)
    _revisions: set[bytes] = field(default_factory=set)
    _without_current: dict[bytes, int] = field(default_factory=dict)
    _with_current: set[bytes] = field(default_factory=set)

    @property
    def matchups(self) -> int:
        return len(self._matchups)

    def knows(self, external_id: str) -> bool:
        return _hash(external_id) in self._matchups

    def add_matchup(self, matchup: ImportedMatchup, *, may_repeat: bool) -> tuple[bool, str | None]:
        """Whether it is new, and what is wrong with its coming now."""
        key, content = _hash(matchup.external_id), content_hash(matchup)
        earlier = self._matchups.get(key)
        if earlier is None:
            self._matchups[key] = content
            self.contestants.update((matchup.model_a, matchup.model_b))
            return True, None
        if earlier != content:
            return False, f"{matchup.external_id} stood in an earlier row with other content"
        return False, None if may_repeat else f"{matchup.external_id} stood in an earlier row already"

    def add_vote(self, matchup: str, vote: ImportedVote, line: int) -> tuple[int, str | None]:
        """Which repeat of this annotator's on this matchup it is, from 0, and what is wrong with it."""
        self.votes += 1
        if self.annotators.setdefault(vote.annotator, vote.kind) != vote.kind:
            return 0, f"{vote.annotator} is of the kind {vote.kind} here and {self.annotators[vote.annotator]} before"
        if vote.battle is not None:
            return vote.battle.repeat, self._add_battle(matchup, vote, line)
        key = _hash(matchup, vote.annotator)
        repeat = self._repeats.get(key, -1) + 1
        self._repeats[key] = repeat
        return (
            repeat,
            None if repeat <= _MAX_REPEAT else f"{vote.annotator} votes more than {_MAX_REPEAT:,} times on it",
        )

    def _add_battle(self, matchup: str, vote: ImportedVote, line: int) -> str | None:
        """Our own raw votes name their battles; they have to agree with each other."""
        battle = vote.battle
        assert battle is not None
        key, place = _hash(battle.battle_id), _hash(matchup, vote.annotator, str(battle.repeat))
        revision = _hash(battle.battle_id, str(battle.revision))
        if self._battles.setdefault(key, place) != place:
            return f"battle {battle.battle_id} stood in an earlier row with another matchup, annotator or repeat"
        if self._battles.setdefault(place, key) != key:
            return "another battle has the same matchup, annotator and repeat"
        if revision in self._revisions:
            return f"revision {battle.revision} of battle {battle.battle_id} stood in an earlier row"
        self._revisions.add(revision)
        if battle.is_current and key in self._with_current:
            return f"battle {battle.battle_id} has two current revisions"
        if battle.is_current:
            self._with_current.add(key)
            self._without_current.pop(key, None)
        elif key not in self._with_current:
            self._without_current.setdefault(key, line)
        return None

    def lines_without_current(self) -> list[int]:
        """Where battles begin of which no row is the current revision."""
        return sorted(self._without_current.values())


def content_hash(matchup: ImportedMatchup) -> bytes:
    """The same for the same models, messages and answers."""
    content = [
        *(str(matchup.model_a), str(matchup.model_b)),
        *(matchup.prompts, matchup.answers_a, matchup.answers_b),
    ]
    return blake2b(orjson.dumps(content), digest_size=16).digest()


def _hash(*parts: str) -> bytes:
    """Parts hold no NUL, so nothing else has this hash."""
    return blake2b("\0".join(parts).encode(), digest_size=16).digest()
