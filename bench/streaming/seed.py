"""A live arena of contestants that replay one answer each, beside the curated arena of `bench.voting`."""

import random
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR
from app.arenas.schemas import ArenaUpdate, LiveProtocol, LiveSettings, ProtocolDocument
from app.arenas.service import change_state, create_arena, update_arena
from app.arenas.tables import ArenaModel
from app.db.engine import Database
from app.model_registry.tables import Model, ModelVersion, Provider

SLUG = "live"
CONTESTANTS = 20
TOKENS_PER_SECOND = 40.0
ANY_NUMBER = 1_000_000
WORDS = (
    *("the", "of", "and", "in", "that", "it", "was", "for", "on", "are", "with", "they", "this", "from", "have", "one"),
    *("words", "when", "there", "your", "which", "each", "about", "how", "them", "many", "some", "these", "would"),
    *("other", "into", "more", "time", "look", "write", "number", "way", "could", "people", "water", "first", "long"),
)


@dataclass(frozen=True)
class Contestant:
    """What it will say, and how many seconds it takes to begin."""

    name: str
    first_fragment_seconds: float
    answer: str


def contestants(first_fragment_seconds: float) -> list[Contestant]:
    """Answers of 200 to 400 words, each as people get them: headings, paragraphs, lists, a table, code."""
    chance = random.Random(5)
    return [
        Contestant(f"contestant-{number:02d}", first_fragment_seconds, _answer(chance, 200 + 200 * number // 19))
        for number in range(CONTESTANTS)
    ]


async def seed(database: Database, all_contestants: list[Contestant]) -> None:
    """An open arena, with no limit on how much is asked."""
    unlimited = LiveSettings(
        prompts_per_person=ANY_NUMBER, prompts_per_address=ANY_NUMBER, prompts_per_arena=ANY_NUMBER
    )
    async with database.session() as session:
        protocol = ProtocolDocument(live=LiveProtocol())
        await create_arena(session, OPERATOR, slug=SLUG, title="Live", protocol=protocol, mode="live")
        await update_arena(session, OPERATOR, SLUG, ArenaUpdate(live=unlimited))
        arena = await change_state(session, OPERATOR, SLUG, "open")
        for contestant in all_contestants:
            version = await _add(session, contestant)
            session.add(ArenaModel(arena_id=arena.id, model_version_id=version.id))


async def _add(session: AsyncSession, contestant: Contestant) -> ModelVersion:
    options = {
        "outputs": [contestant.answer],
        "tokens_per_second": TOKENS_PER_SECOND,
        "first_fragment_seconds": contestant.first_fragment_seconds,
    }
    provider = Provider(name=contestant.name, kind="replay", options=options)
    model = Model(name=contestant.name)
    session.add_all([provider, model])
    await session.flush()
    version = ModelVersion(
        model_id=model.id, provider_id=provider.id, served_as=contestant.name, max_concurrency=ANY_NUMBER
    )
    session.add(version)
    await session.flush()
    return version


def _answer(chance: random.Random, words: int) -> str:
    blocks = [f"## {_sentence(chance, 4)}"]
    makers = (_paragraph, _list, _paragraph, _table, _code, _paragraph)
    while len(" ".join(blocks).split()) < words:
        blocks.append(makers[len(blocks) % len(makers)](chance))
    return "\n\n".join(blocks)


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize()


def _paragraph(chance: random.Random) -> str:
    return " ".join(f"{_sentence(chance, 9)}, **{chance.choice(WORDS)}** and `{chance.choice(WORDS)}`." for _ in "1234")


def _list(chance: random.Random) -> str:
    return "\n".join(f"{number}. {_sentence(chance, 7)} *{chance.choice(WORDS)}*." for number in range(1, 5))


def _table(chance: random.Random) -> str:
    rows = [f"| {_sentence(chance, 2)} | {_sentence(chance, 3)} |" for _ in range(3)]
    return "\n".join(["| Word | Meaning |", "|---|---|", *rows])


def _code(chance: random.Random) -> str:
    lines = [f"    {chance.choice(WORDS)}_{chance.choice(WORDS)} = {chance.randint(1, 99)}" for _ in range(4)]
    return "\n".join(["```python", "def sample():", *lines, "```"])
