"""Schemathesis asks the API what it describes, and what it does not: never a 5xx, always a problem in words."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings

from app.accounts.service import create_api_token, create_user, viewer_of_user
from app.accounts.viewer import SCOPES
from app.db.engine import Database
from tests.conftest import copy_of
from tests.people import PASSWORD
from tests.processes import served
from tests.worlds import open_arena

EXAMPLES = 25


@pytest.fixture(scope="module")
def api(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a served arena, and the token of its administrator."""
    with copy_of(server_url, template) as url:
        token = asyncio.run(_set_up(url))
        with served(url, tmp_path_factory.mktemp("fuzz")) as address:
            yield address, token


async def _set_up(url: str) -> str:
    async with Database(url) as database:
        await open_arena(database)
        async with database.session() as session:
            await create_user(session, "admin@example.org", PASSWORD, "admin")
            viewer = await viewer_of_user(session, "admin@example.org")
            return await create_api_token(session, viewer, "fuzz", SCOPES)


@pytest.mark.long
@pytest.mark.timeout(300)  # hundreds of requests, of which some start a process; the machine may be busy
def test_no_request_breaks_the_api(api: tuple[str, str]) -> None:
    address, token = api
    asked = Counter[str]()
    session = requests.Session()
    for found in schemathesis.openapi.from_url(f"{address}/api/openapi.json").get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            response = case.call(base_url=address, headers={"Authorization": f"Bearer {token}"}, session=session)
            asked[case.operation.label] += 1
            assert response.status_code < 500, (case.as_curl_command(), response.text)
            if response.status_code >= 400:
                assert_is_a_problem(response)

        ask()
    session.close()
    assert len(asked) > 15
    assert sum(asked.values()) > 200


def assert_is_a_problem(response: schemathesis.Response) -> None:
    assert response.headers["content-type"][0] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]


def test_the_description_is_complete(api: tuple[str, str]) -> None:
    described = httpx.get(f"{api[0]}/api/openapi.json").json()
    assert len(described["paths"]) > 10
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation["responses"], f"{method} {path}"
