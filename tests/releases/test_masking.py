"""Personal data that people wrote to models is masked in releases of live arenas."""

import json

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.engine import Database
from app.releases.service import request_release, write_release
from tests.live.test_battles import ask_and_wait
from tests.live.worlds import TWO, open_live_arena
from tests.people import Person
from tests.releases.releasing import words_in

SECRET = "jane.planted@example.org"


async def test_an_address_in_a_prompt_and_in_the_answer_that_repeats_it_is_in_no_file_of_the_release(
    database: Database, settings: Settings, stranger: Person
) -> None:
    repeating = {**TWO, "planted-bison-13b": {"outputs": [f"I will write to {SECRET} at once."]}}
    arena = await open_live_arena(database, repeating)
    battle_id = await ask_and_wait(stranger, f"Write a letter to {SECRET}, please.")
    assert (await stranger.vote(battle_id)).status_code == 201
    async with database.session() as session:
        release = await request_release(session, OPERATOR, arena, "raw-votes", "jsonl")
    await write_release(database, settings, release.id)
    files = [path for path in settings.releases_folder.rglob("*") if path.is_file()]
    texts = {path.name: words_in(path) for path in files}
    assert not any(SECRET in text for text in texts.values())
    data = next(text for name, text in texts.items() if name.endswith(".jsonl"))
    assert "Write a letter to [e-mail address], please." in data
    assert "I will write to [e-mail address] at once." in data
    assert json.loads(texts["manifest.json"])["masked_texts"] == 2
    assert "replaced by a word" in texts["README.md"]
