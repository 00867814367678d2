"""The demo's live arena: people's own questions, answered by a small model on this machine under six settings."""

from pathlib import Path

import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import OPERATOR
from app.arenas.schemas import ArenaUpdate, LiveProtocol, LiveSettings, ProtocolDocument
from app.arenas.service import access_arena, create_arena, update_arena
from app.arenas.tables import Arena
from app.config import Settings
from app.db.engine import Database
from app.errors import NotFoundError
from app.model_registry.applying import apply_file
from app.prompts.tables import PromptSuggestion

SLUG = "ask"
TITLE = "Ask two small models"
PROVIDER = "demo-local-model"
DATA = Path(__file__).parent / "data"
DESCRIPTION = """\
Ask whatever you like. Two contestants answer at once, and they are **one small language model under six settings**, \
running on this very machine: SmolLM2 with 135 million parameters. Expect odd answers, and say which is less odd.
"""
GUIDELINES = """\
- Read both answers. You will not be told which contestant wrote which until you have voted.
- Judge what was written: does it answer the question, is it right, do you like to read it?
- **Tie** if you see no difference that matters; **both bad** if neither is of any use.
- Ask on before you vote if you want to see more; both contestants know what was said before.
- Believe nothing that a model of this size claims.
"""
CONSENT = """\
Your questions, the answers and your votes are **kept on this machine**, and whoever runs it may publish them. Leave \
out what is private.
"""
PROTOCOL = ProtocolDocument(
    guidelines=GUIDELINES,
    live=LiveProtocol(max_turns=5, max_tokens=200, consent_text=CONSENT, kinds=("anonymous", "named", "direct")),
)
# One person at a demo asks more than one of many would; a question is as long as five of them fit the model.
RUNNING = LiveSettings(
    policy={"policy": "variance-reducing"},
    longest_prompt=1_000,
    prompts_per_person=1_000,
    prompts_per_address=2_000,
)

# Who has left the pool by hand stays away. Of versions that a later release brings, the newest of a model plays.
_JOIN = text("""
    WITH newest AS (
        SELECT DISTINCT ON (v.model_id) v.id, v.model_id
        FROM model_version v JOIN provider p ON p.id = v.provider_id
        WHERE p.name = :provider AND v.state = 'active'
        ORDER BY v.model_id, v.created_at DESC, v.id DESC
    ), joined AS (
        INSERT INTO arena_model (arena_id, model_version_id) SELECT :arena_id, id FROM newest
        ON CONFLICT DO NOTHING RETURNING model_version_id
    )
    UPDATE arena_model a SET left_at = now()
    FROM joined j JOIN model_version v ON v.id = j.model_version_id
        JOIN model_version older ON older.model_id = v.model_id AND older.id <> v.id
    WHERE a.arena_id = :arena_id AND a.model_version_id = older.id AND a.left_at IS NULL
""")


async def set_up(database: Database, settings: Settings, address: str) -> bool:
    """Make the arena unless it is there, and let its models be called at this address. Whether it was made now.

    address: of the model's server, without a path; it is another at each start.
    """
    async with database.session() as session:
        await apply_file(session, OPERATOR, settings, registry(address), dry_run=False)
        arena = await _existing(session)
        is_new = arena is None
        if arena is None:
            arena = await _make(session)
        await session.execute(_JOIN, {"arena_id": arena.id, "provider": PROVIDER})
    return is_new


def registry(address: str) -> str:
    """The provider and its models, as a file of the model registry."""
    provider = {"name": PROVIDER, "kind": "openai", "base_url": f"{address}/v1", "allow_private": True}
    models = (DATA / "live_models.yaml").read_text(encoding="utf-8")
    return yaml.safe_dump({"providers": [provider]}) + models


async def _existing(session: AsyncSession) -> Arena | None:
    try:
        return await access_arena(session, OPERATOR, SLUG, "manage")
    except NotFoundError:
        return None


async def _make(session: AsyncSession) -> Arena:
    await create_arena(
        session, OPERATOR, slug=SLUG, title=TITLE, description=DESCRIPTION, protocol=PROTOCOL, mode="live"
    )
    arena = await update_arena(session, OPERATOR, SLUG, ArenaUpdate(live=RUNNING, state="open"))
    sets = yaml.safe_load((DATA / "suggestions.yaml").read_text(encoding="utf-8"))
    session.add_all(
        PromptSuggestion(arena_id=arena.id, prompt_set=name, text=prompt)
        for name, prompts in sets.items()
        for prompt in prompts
    )
    await session.flush()
    return arena
