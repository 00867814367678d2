"""A registry in a YAML file: applied, applied again, and refused with the line of what is wrong."""

from typing import Any

import pytest

from app.errors import InvalidInputError
from app.model_registry.yaml_file import read_file
from tests.model_registry.registering import add_provider
from tests.people import Person

FILE = """\
providers:
  - name: hosted
    kind: openai
    base_url: https://9.9.9.7/v1
models:
  - name: owl-7b
    organisation: Owls Inc.
    modalities: [text]
    versions:
      - label: 2026-11-01
        provider: hosted
        served_as: owl
        settings:
          temperature: 0.5
        state: active
        input_price: 0.15
"""


async def apply(person: Person, text: str, *, dry_run: bool = False) -> list[str]:
    response = await person.http.post(
        f"/api/models/apply?dry_run={dry_run}", content=text, headers={"Content-Type": "application/yaml"}
    )
    assert response.status_code == 200, response.text
    return [f"{change['what']} {change['words']}" for change in response.json()]


async def registered(person: Person) -> list[Any]:
    return [(await person.http.get(path)).json() for path in ("/api/providers", "/api/models")]


async def test_a_file_is_applied_once_and_the_second_time_changes_nothing(researcher: Person) -> None:
    planned = await apply(researcher, FILE, dry_run=True)
    assert await registered(researcher) == [[], []], "a dry run changes nothing"
    assert await apply(researcher, FILE) == planned
    assert planned == [
        "add provider hosted (openai, https://9.9.9.7/v1)",
        "add model owl-7b",
        "add version owl-7b@2026-11-01 (active), served by hosted as owl",
    ]
    before = await registered(researcher)
    assert await apply(researcher, FILE) == []
    assert await registered(researcher) == before


async def test_other_settings_make_the_next_version_and_other_prices_do_not(researcher: Person) -> None:
    await apply(researcher, FILE)
    dearer = FILE.replace("0.15", "0.30").replace("Owls Inc.", "Owls Ltd.")
    assert await apply(researcher, dearer) == [
        "change model owl-7b: organisation Owls Inc. → Owls Ltd.",
        "change version owl-7b@2026-11-01: input_price 0.150000 → 0.3",
    ]
    warmer = dearer.replace("0.5", "0.9")
    assert await apply(researcher, warmer) == [
        "add version owl-7b@2026-11-01.2 (active), served by hosted as owl",
        "note version owl-7b@2026-11-01 answers otherwise; it stays active until you retire it.",
    ]
    assert await apply(researcher, warmer) == []
    assert await apply(researcher, dearer) == [], "the earlier settings are still there, under the earlier label"
    assert await apply(researcher, warmer.replace("active", "paused")) == [
        "change version owl-7b@2026-11-01.2: state active → paused"
    ]


async def test_what_the_file_leaves_out_stays(researcher: Person) -> None:
    await apply(researcher, FILE)
    await apply(researcher, "models:\n  - name: owl-7b\n    licence: MIT\n")
    [_, [model]] = await registered(researcher)
    assert (model["organisation"], model["licence"], len(model["versions"])) == ("Owls Inc.", "MIT", 1)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    kind: openai", "    knid: openai", "line 3: unknown key 'knid'"),
        ("    kind: openai", "    kind: openai\n    credential: abc", "line 4: credentials do not belong in a file"),
        ("          temperature: 0.5", "          temprature: 0.5", "line 14: unknown key 'temprature'"),
        ("          temperature: 0.5", "          temperature: 5", "line 14"),
        ("      - label: 2026-11-01", "      - label: 2026", "put it in quotes"),
        ("        served_as: owl\n", "", "line 10: models.versions.served_as is missing"),
        ("        provider: hosted", "        provider: elsewhere", "line 10: There is no provider elsewhere"),
        ("    kind: openai", "    kind: openai\n    kind: openai", "line 4: the key 'kind' stands here a second time"),
        ("    modalities: [text]", "    modalities: &m [text]\n    aliases: *m", "line 9: anchors and aliases"),
        ("    modalities: [text]", "    modalities: [text", "line"),
        ("    modalities: [text]", "    modalities: !!python/name:os.system x", "line 8"),
        ("models:", f"models: {'[' * 500}", "nested too deeply"),
        ("providers:", "provders:", "line 1: unknown key 'provders'"),
    ],
)
async def test_what_is_wrong_is_told_with_its_line_and_nothing_is_changed(
    researcher: Person, before: str, after: str, said: str
) -> None:
    assert before in FILE
    response = await researcher.http.post(
        "/api/models/apply", content=FILE.replace(before, after), headers={"Content-Type": "application/yaml"}
    )
    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert await registered(researcher) == [[], []]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_file(FILE.replace("organisation", "organization").replace("kind", "sort"))
    assert [problem["where"] for problem in refused.value.extra["errors"]] == ["line 2", "line 3", "line 7"]


async def test_a_provider_keeps_its_kind_and_a_new_address_takes_its_credential(researcher: Person) -> None:
    await add_provider(researcher, credential="planted")
    other = FILE.replace("kind: openai", "kind: anthropic")
    response = await researcher.http.post(
        "/api/models/apply", content=other, headers={"Content-Type": "application/yaml"}
    )
    assert "Declare one of another name" in response.json()["detail"]
    changes = await apply(researcher, FILE.replace("9.9.9.7", "9.9.9.9"))
    assert changes[0].startswith("change provider hosted: base_url")
    assert "Set it again" in changes[1]


async def test_a_file_gives_nobody_what_only_administrators_may(researcher: Person, admin: Person) -> None:
    private = FILE.replace("https://9.9.9.7/v1", "http://127.0.0.1:8080/v1\n    allow_private: true")
    request = {"content": private, "headers": {"Content-Type": "application/yaml"}}
    refused = await researcher.http.post("/api/models/apply", **request)
    assert refused.status_code == 422
    assert "line 2: Only an administrator" in refused.json()["detail"]
    assert (await admin.http.post("/api/models/apply", **request)).status_code == 200


async def test_the_page_shows_the_plan_first_and_then_applies_it(researcher: Person, stranger: Person) -> None:
    upload = {"file": ("models.yaml", FILE.encode(), "application/yaml")}
    assert (await stranger.http.post("/models/apply", files=upload)).status_code == 401
    plan = await researcher.http.post("/models/apply", files=upload)
    assert plan.status_code == 200
    assert "add</span> model owl-7b" in plan.text
    assert "Apply these changes" in plan.text
    assert await registered(researcher) == [[], []]
    done = await researcher.http.post("/models/apply", data={"text": FILE, "apply": "true"})
    assert "Applied" in done.text
    assert len((await registered(researcher))[1]) == 1
    again = await researcher.http.post("/models/apply", data={"text": FILE})
    assert "Nothing to change" in again.text
    wrong = await researcher.http.post("/models/apply", data={"text": FILE.replace("kind", "knid")})
    assert wrong.status_code == 422
    assert "line 3: unknown key" in wrong.text
    assert "owl-7b" in wrong.text, "what was typed is kept"
    not_text = await researcher.http.post("/models/apply", files={"file": ("x.yaml", b"\xff\xfe\x00", "text/yaml")})
    assert not_text.status_code == 422
