"""The arena that `make demo` opens: our prompts, answers that small local models really gave, simulated votes."""

from pathlib import Path

from app.accounts.viewer import OPERATOR
from app.arenas.schemas import ArenaUpdate, ProtocolDocument
from app.arenas.service import access_arena, update_arena
from app.db.engine import Database
from app.demo.simulate import simulate_votes
from app.errors import NotFoundError
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import for_terminal
from app.imports.service import Destination, import_checked

SLUG = "demo"
TITLE = "Small models, everyday questions"
DATA = Path(__file__).parent / "data"
DESCRIPTION = """\
Six contestants answered sixty everyday questions. They are **one small language model under six settings**, \
running on a laptop's processor: SmolLM2 with 135 million parameters. Expect odd answers, and say which is less odd.

The board starts with votes of *simulated* people, marked as such. The first real vote is yours.
"""
GUIDELINES = """\
- Read the question, then both answers. You will not be told which contestant wrote which until you have voted.
- Judge by what would help the person who asked: is it right, does it answer, is it readable?
- **Tie** if you see no difference that matters; **both bad** if neither is of any use.
- Skip what you cannot judge, such as a language that you do not read.
"""
# What the simulated people think of the contestants, on the Bradley-Terry scale.
STRENGTHS = {
    "smollm2-135m-greedy": 0.5,
    "smollm2-135m-warm": 0.3,
    "smollm2-135m-hot": -0.9,
    "smollm2-135m-terse": 0.1,
    "smollm2-135m-tables": -0.2,
    "smollm2-135m-repeat-penalty": 0.2,
}


async def set_up(database: Database) -> bool:
    """Make the arena unless it is there. Whether it was made now."""
    async with database.session() as session:
        try:
            await access_arena(session, OPERATOR, SLUG, "read")
        except NotFoundError:
            pass
        else:
            return False
    options = ImportOptions(file=DATA / "matchups.jsonl", models=DATA / "models.jsonl")
    progress = for_terminal()
    checked = check(options, progress)
    async with database.session() as session:
        await import_checked(session, OPERATOR, Destination(SLUG, TITLE, open_it=True), checked, progress)
        wishes = ArenaUpdate(description=DESCRIPTION, protocol=ProtocolDocument(guidelines=GUIDELINES))
        arena = await update_arena(session, OPERATOR, SLUG, wishes)
    await simulate_votes(database, arena, STRENGTHS)
    return True
