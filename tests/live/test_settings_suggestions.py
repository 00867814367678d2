"""Suggestions: prompts from a field or a file, offered on the arena's page, retired and brought back."""

import re

import pytest
from httpx import Response

from app.db.engine import Database
from app.live.suggestion_files import read_file
from app.live.suggestions import PAGE
from tests.live.test_battles import rows
from tests.live.worlds import open_live_arena
from tests.people import Person

HERE = "/arenas/talk/live/suggestions"


@pytest.fixture
async def asking(database: Database, owner: Person) -> Person:
    assert owner.viewer
    await open_live_arena(database, owner=owner.viewer)
    return owner


async def upload(person: Person, name: str, content: bytes, prompt_set: str = "") -> Response:
    return await person.http.post(HERE, data={"prompt_set": prompt_set}, files={"file": (name, content)})


async def offered(database: Database) -> list[tuple[str, str]]:
    found = await rows(
        database, "SELECT prompt_set, text FROM prompt_suggestion WHERE retired_at IS NULL ORDER BY prompt_set, text"
    )
    return [(row.prompt_set, row.text) for row in found]


async def test_prompts_that_are_typed_are_offered_to_everybody(
    database: Database, asking: Person, stranger: Person
) -> None:
    form = {"prompt_set": "Kitchen", "prompts": "Why does bread rise?\r\n\r\nWhat is umami?\r\nWhat is umami?"}
    added = await asking.http.post(HERE, data=form)
    assert added.status_code == 303
    assert "2 prompts are offered now" in (await asking.http.get(added.headers["location"])).text
    assert await offered(database) == [("Kitchen", "What is umami?"), ("Kitchen", "Why does bread rise?")]
    assert "What is umami?" in (await stranger.http.get("/arenas/talk")).text
    again = await asking.http.post(HERE, data=form | {"prompts": "What is umami?\nWhat is miso?"})
    assert (
        "1 prompt is offered now that was not before. 1 had been"
        in (await asking.http.get(again.headers["location"])).text
    )
    assert len(await offered(database)) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("set.jsonl", b'{"prompt": "One?\\r\\nTwo?", "prompt_set": "A"}\n\n{"text": "Three?"}\n'),
        ("set.csv", b'\xef\xbb\xbfPrompt,set\r\n"One?\r\nTwo?",A\r\nThree?,\r\n'),
    ],
)
async def test_files_bring_prompts_of_several_lines_and_sets_of_their_own(
    database: Database, asking: Person, name: str, content: bytes
) -> None:
    added = await upload(asking, name, content, "B")
    assert added.status_code == 303, added.text
    assert await offered(database) == [("A", "One?\nTwo?"), ("B", "Three?")]


async def test_a_text_file_has_one_prompt_a_line(database: Database, asking: Person) -> None:
    assert (await upload(asking, "set.txt", b"Warum?\n\nWozu?\n", "C")).status_code == 303
    assert await offered(database) == [("C", "Warum?"), ("C", "Wozu?")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b'{"prompt": "One?"}\n{"prompt": ', "Line 2 is not JSON."),
        ("a.jsonl", b'{"answer": "One."}', "Line 1 has no prompt"),
        ("a.jsonl", b'{"prompt": 3}', "Line 1 has no prompt"),
        ("a.jsonl", b'{"prompt": "\\u0000"}', "Prompt 1 holds a character that cannot be stored."),
        ("a.jsonl", b'{"prompt": "\\ud83d"}', "Prompt 1 holds a character that cannot be stored."),
        ("a.jsonl", b'{"prompt": "One?", "prompt_set": 3}', "names a set that is not a text"),
        ("a.csv", b"answer\nOne.", "The first line names no column prompt, text or question."),
        ("a.csv", b'prompt\n"One', "is not CSV"),
        ("a.csv", b"prompt,set\n,A\n", "Line 2 has no prompt"),
        ("a.txt", b"\xff\xfe", "not UTF-8"),
        ("a.txt", b"", "There is no prompt in it."),
        ("a.txt", b"x" * 8_001, "Prompt 1 has 8,001 characters; 8,000 may be asked here."),
        ("a.txt", b"a\n" * 1_000_001, "The file is too large"),
        ("a.txt", "\n".join(map(str, range(5_001))).encode(), "5,001 prompts are too many"),
    ],
)
async def test_a_file_that_cannot_be_taken_whole_is_not_taken(
    database: Database, asking: Person, name: str, content: bytes, said: str
) -> None:
    refused = await upload(asking, name, content, "Mine")
    assert refused.status_code == 422
    assert said in refused.text
    assert 'value="Mine"' in refused.text
    assert await offered(database) == []


def test_a_line_of_json_may_be_a_text_by_itself() -> None:
    assert [one.text for one in read_file("a.ndjson", b'"One?"\n"Two?"')] == ["One?", "Two?"]


async def test_one_prompt_or_a_whole_set_is_retired_and_each_is_undone(
    database: Database, asking: Person, stranger: Person
) -> None:
    await asking.http.post(HERE, data={"prompt_set": "A & B", "prompts": "One?\nTwo?\nThree?"})
    ids = {row.text: row.id for row in await rows(database, "SELECT id, text FROM prompt_suggestion")}
    one = await asking.http.post(f"{HERE}/retire", data={"prompt_set": "A & B", "suggestion": str(ids["One?"])})
    assert one.status_code == 303
    page = await asking.http.get(one.headers["location"])
    assert "1 prompt is offered no more." in page.text
    assert await offered(database) == [("A & B", "Three?"), ("A & B", "Two?")]
    rest = await asking.http.post(f"{HERE}/retire", data={"prompt_set": "A & B"})
    page = await asking.http.get(rest.headers["location"])
    assert "2 prompts are offered no more." in page.text
    assert "Two?" not in (await stranger.http.get("/arenas/talk")).text
    moment = re.search(r'name="retired" value="([^"]+)"', page.text)
    assert moment
    undone = await asking.http.post(f"{HERE}/offer", data={"prompt_set": "A & B", "retired": moment[1]})
    assert undone.status_code == 303
    # Undo brings back what that act retired, and not what was retired before.
    assert await offered(database) == [("A & B", "Three?"), ("A & B", "Two?")]
    await asking.http.post(f"{HERE}/offer", data={"prompt_set": "A & B", "suggestion": str(ids["One?"])})
    assert len(await offered(database)) == 3


async def test_a_retired_prompt_that_is_added_again_is_offered_again(database: Database, asking: Person) -> None:
    form = {"prompt_set": "A", "prompts": "One?"}
    await asking.http.post(HERE, data=form)
    await asking.http.post(f"{HERE}/retire", data={"prompt_set": "A"})
    assert await offered(database) == []
    await asking.http.post(HERE, data=form)
    assert await offered(database) == [("A", "One?")]
    assert len(await rows(database, "SELECT * FROM prompt_suggestion")) == 1


async def test_a_long_set_comes_in_pages_and_one_of_another_arena_is_not_found(
    database: Database, asking: Person
) -> None:
    assert asking.viewer
    await open_live_arena(database, {}, slug="other", owner=asking.viewer)
    prompts = [f"Question number {number:03}?" for number in range(PAGE + 5)]
    await asking.http.post(HERE, data={"prompt_set": "Long", "prompts": "\n".join(prompts)})
    first = await asking.http.get(f"{HERE}?set=Long")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await asking.http.get(following[1].replace("&amp;", "&"))
    seen = [set(re.findall(r"Question number \d{3}\?", page.text)) for page in (first, second)]
    assert (len(seen[0]), len(seen[1])) == (PAGE, 5)
    assert seen[0] | seen[1] == set(prompts)
    assert (await asking.http.get("/arenas/other/live/suggestions?set=Long")).status_code == 404
    await asking.http.post("/arenas/other/live/suggestions/retire", data={"prompt_set": "Long"})
    assert len(await offered(database)) == len(prompts)
