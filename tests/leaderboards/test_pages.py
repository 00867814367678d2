"""The board as people and programs get it over HTTP."""

import csv
import io
import re
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update

from app.accounts.viewer import OPERATOR
from app.arenas.service import change_state
from app.arenas.tables import Arena
from app.db.engine import Database
from app.leaderboards import figures, repository, service
from app.leaderboards.schemas import THEMES, Figure, FigureData, LeaderboardOut
from app.leaderboards.tables import LeaderboardFigure, LeaderboardSnapshot
from app.model_registry.tables import Model
from tests.leaderboards.ballots import ballot, cast, circle, in_turn, make_arena
from tests.people import Person, Visitors

BOARD = "/arenas/kitchen/leaderboard"
EN_DASH = "\N{EN DASH}"
MODELS = ["planted-aardvark", "planted-bison", "planted-caribou"]


def draw_light_figures(data: FigureData) -> list[Figure]:
    """The light figures, for both themes: many models take seconds each time that they are drawn."""
    drawn = [figures._render(name, "light", chart) for name, chart in figures.charts(data, figures.PALETTES["light"])]
    return [figure.model_copy(update={"theme": theme}) for theme in THEMES for figure in drawn]


async def publish(
    database: Database, arena: Arena, *, draw: Callable[[FigureData], list[Figure]] | None = None
) -> uuid.UUID:
    """Bring the board up to date, with figures where they are asked for."""
    written = await service.refresh(database, arena.id)
    assert written is not None
    if draw:
        async with database.session() as session:
            board = await repository.read_board(session, arena.id, written.id)
            assert board is not None
            names = [facts.name for facts in board.details.facts]
            drawn = draw(
                FigureData(
                    entries=board.entries, models=names, pairs=board.details.pairs, predicted=board.details.predicted
                )
            )
            key = {"arena_id": arena.id, "snapshot_id": written.id}
            await session.execute(insert(LeaderboardFigure), [{**key, **each.model_dump()} for each in drawn])
    return written.id


@pytest.fixture
async def arena(database: Database) -> Arena:
    """Three models that were voted on, not all alike."""
    arena = await make_arena(database)
    await cast(
        database, arena, [*circle(MODELS, 4), *in_turn([(MODELS[0], MODELS[1], "model_a")] * 5, first_minute=50)]
    )
    return arena


def rows_of(page: str) -> list[list[str]]:
    """The cells of the ranking as a reader sees them."""
    body = page.partition('<table class="ranking">')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.split(r"<tr>", body)[1:]
    cells = [re.split(r"<t[dh][^>]*>", line)[1:] for line in lines]
    return [[re.sub(r"<svg.*?</svg>|<[^>]*>", " ", cell).strip() for cell in row] for row in cells]


async def test_before_the_first_vote_the_page_says_when_it_will_come_and_leads_there(
    database: Database, stranger: Person
) -> None:
    await make_arena(database)
    page = (await stranger.http.get(BOARD)).text
    assert "The first ranking appears within seconds of the first vote that counts." in page
    assert 'href="/arenas/kitchen"' in page


async def test_the_page_shows_every_number_of_the_snapshot(database: Database, arena: Arena, stranger: Person) -> None:
    await publish(database, arena)
    response = await stranger.http.get(BOARD)
    document = LeaderboardOut.model_validate_json((await stranger.http.get(f"{BOARD}.json")).content)

    assert response.status_code == 200
    rows = rows_of(response.text)
    assert [row[1] for row in rows] == [entry.model for entry in document.entries]
    for row, entry in zip(rows, document.entries, strict=True):
        ranks = sorted({str(entry.rank_upper), str(entry.rank_lower)})
        assert row[0] == EN_DASH.join(ranks)
        assert row[2].split()[0] == f"{entry.rating:,.0f}"
        assert row[2].split()[1] == f"{entry.rating_lower:,.0f}{EN_DASH}{entry.rating_upper:,.0f}"
        assert row[3] == str(entry.votes)
        assert row[4] == f"{100 * entry.win_rate:.0f} %"
        assert row[5] == f"{entry.elo:,.0f}"
        assert row[6] == f"Maker of {entry.model}"
        assert row[7] == "Apache-2.0"
    assert document.headline in response.text
    assert document.input_hash in response.text
    assert "17 votes by people" in response.text
    assert response.text.count('<svg class="iv"') == 1 + len(rows)
    assert "style=" not in response.text


async def test_csv_and_json_hold_the_same_numbers_to_the_last_digit(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await publish(database, arena)
    document = LeaderboardOut.model_validate_json((await stranger.http.get(f"{BOARD}.json")).content)
    api = await stranger.http.get("/api/arenas/kitchen/leaderboard")
    table = await stranger.http.get(f"{BOARD}.csv")
    pairs = await stranger.http.get(f"{BOARD}/win-rates.csv")

    assert LeaderboardOut.model_validate_json(api.content) == document
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert [line["model"] for line in lines] == [entry.model for entry in document.entries]
    for line, entry in zip(lines, document.entries, strict=True):
        for column in ("rating", "rating_lower", "rating_upper", "win_rate", "elo"):
            assert float(line[column]) == getattr(entry, column)
        assert (int(line["rank_upper"]), int(line["rank_lower"])) == (entry.rank_upper, entry.rank_lower)
    assert table.headers["content-disposition"] == 'attachment; filename="kitchen-leaderboard.csv"'
    matches = list(csv.DictReader(io.StringIO(pairs.text)))
    assert sum(int(match["votes"]) for match in matches) == document.votes == 17
    first = next(match for match in matches if match["model_a"] == MODELS[0] and match["model_b"] == MODELS[1])
    assert (first["wins_a"], first["wins_b"], float(first["win_rate_a"])) == ("9", "0", 1.0)


async def test_the_documents_are_empty_before_the_first_vote(database: Database, stranger: Person) -> None:
    await make_arena(database)
    document = LeaderboardOut.model_validate_json((await stranger.http.get("/api/arenas/kitchen/leaderboard")).content)
    assert document.snapshot_id is None
    assert document.entries == []
    assert (await stranger.http.get(f"{BOARD}.csv")).text.startswith("rank_upper,rank_lower,model")


@pytest.mark.parametrize(
    "address",
    [BOARD, f"{BOARD}?sort=-votes&q=bison", f"{BOARD}.csv", f"{BOARD}.json", "/api/arenas/kitchen/leaderboard"],
)
async def test_a_reader_who_has_the_newest_board_is_told_so_until_it_changes(
    database: Database, arena: Arena, stranger: Person, address: str
) -> None:
    await publish(database, arena)
    first = await stranger.http.get(address)
    etag = {"If-None-Match": first.headers["etag"]}
    again = await stranger.http.get(address, headers=etag)
    weak = await stranger.http.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})

    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert weak.status_code == 304

    await cast(database, arena, [ballot(MODELS[0], MODELS[1], "tie")])
    assert (await stranger.http.get(address, headers=etag)).status_code == 304, "nothing is computed by a page"
    await publish(database, arena)
    changed = await stranger.http.get(address, headers=etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_every_order_and_search_is_a_representation_of_its_own(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await publish(database, arena)
    pages = [await stranger.http.get(BOARD + query) for query in ("", "?sort=-votes", "?q=bison", "?sort=model")]

    assert len({page.headers["etag"] for page in pages}) == len(pages)
    by_votes = [int(row[3]) for row in rows_of(pages[1].text)]
    assert by_votes == sorted(by_votes, reverse=True)
    assert [row[1] for row in rows_of(pages[2].text)] == ["planted-bison"]
    assert "1 of 3 shown." in pages[2].text
    assert 'aria-sort="ascending"><a href="?sort=-model">Model' in pages[3].text
    nothing = await stranger.http.get(f"{BOARD}?q=zebra")
    assert "No model matches “zebra”" in nothing.text
    assert (await stranger.http.get(f"{BOARD}?sort=elephant")).status_code == 422


async def test_a_page_that_is_kept_rendered_follows_the_slices_that_it_offers(
    database: Database, arena: Arena, stranger: Person, admin: Person
) -> None:
    await publish(database, arena)
    before = await stranger.http.get(BOARD)
    again = await stranger.http.get(BOARD)
    wanted = {"slug": "decided", "title": "Decided", "definition": {"exclude_ties": True}}
    added = await admin.http.post("/api/arenas/kitchen/slices", json=wanted)
    after = await stranger.http.get(BOARD)
    plain = await stranger.http.get(BOARD, headers={"Accept-Encoding": "identity"})

    assert again.content == before.content
    assert added.status_code == 201
    assert "Decided" not in before.text
    assert "Decided" in after.text
    assert after.headers["etag"] != before.headers["etag"]
    assert "content-encoding" not in plain.headers
    assert rows_of(plain.text) == rows_of(after.text)


async def test_a_page_for_somebody_signed_in_is_kept_by_nobody_else(
    database: Database, arena: Arena, stranger: Person, owner: Person
) -> None:
    await publish(database, arena)
    public, personal = await stranger.http.get(BOARD), await owner.http.get(BOARD)

    assert personal.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert "Cookie" in personal.headers["vary"]
    assert "Cookie" in public.headers["vary"]
    assert personal.headers["etag"] != public.headers["etag"]


async def test_the_board_of_a_draft_is_there_for_its_owner_alone(
    database: Database, visitors: Visitors, owner: Person, stranger: Person
) -> None:
    arena = await make_arena(database, state="draft")
    async with database.session() as session:
        assert owner.viewer
        await session.execute(update(Arena).values(owner_id=owner.viewer.app_user_id))
    await cast(database, arena, circle(MODELS))
    await publish(database, arena, draw=figures.draw_figures)
    addresses = (BOARD, f"{BOARD}.csv", f"{BOARD}.json", f"{BOARD}/figures/intervals.svg", f"{BOARD}/win-rates.csv")
    for address in (*addresses, "/api/arenas/kitchen/leaderboard"):
        assert (await stranger.http.get(address)).status_code == 404
        response = await owner.http.get(address)
        assert response.status_code == 200
        assert response.headers["cache-control"].startswith("private"), address

    async with database.session() as session:
        await change_state(session, OPERATOR, "kitchen", "closed")
    assert (await stranger.http.get(BOARD)).status_code == 200, "a closed arena's board stays public"


async def test_figures_are_served_in_each_type_and_theme_and_for_ever_under_their_snapshot(
    database: Database, arena: Arena, stranger: Person
) -> None:
    snapshot_id = await publish(database, arena, draw=figures.draw_figures)
    page = (await stranger.http.get(BOARD)).text
    images = re.findall(r'<img class="only-(\w+)" src="([^"]+)" width="(\d+)" height="(\d+)"', page)
    assert [theme for theme, *_ in images] == ["light", "dark"] * 5
    for _, address, width, height in images:
        svg = await stranger.http.get(address.replace("&amp;", "&"))
        assert svg.headers["content-type"] == "image/svg+xml"
        assert svg.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert svg.headers["content-encoding"] == "gzip"
        assert f'width="{width}" height="{height}"' in svg.text
    plain = await stranger.http.get(f"{BOARD}/figures/win-rates.svg", headers={"Accept-Encoding": "identity"})
    assert plain.text.startswith("<svg")
    assert "content-encoding" not in plain.headers
    assert plain.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = {"If-None-Match": plain.headers["etag"]}
    assert (await stranger.http.get(f"{BOARD}/figures/win-rates.svg", headers=again)).status_code == 304
    png = await stranger.http.get(f"{BOARD}/figures/intervals.png?theme=dark&snapshot={snapshot_id}")
    assert png.content.startswith(b"\x89PNG")
    spec = (await stranger.http.get(f"{BOARD}/figures/intervals.json")).json()
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert (await stranger.http.get(f"{BOARD}/figures/other.svg")).status_code == 404
    assert (await stranger.http.get(f"{BOARD}/figures/intervals.svg?snapshot={uuid.uuid4()}")).status_code == 404


async def test_while_new_figures_are_drawn_the_last_ones_stand_and_say_of_how_many_votes(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await publish(database, arena, draw=figures.draw_figures)
    before = await stranger.http.get(BOARD)
    await cast(database, arena, [ballot(MODELS[0], MODELS[1], "tie")])
    await publish(database, arena)
    page = await stranger.http.get(BOARD)
    assert "Drawn from" not in before.text
    assert "Drawn from 17 votes" in page.text
    assert "18 votes by people" in page.text


async def test_what_the_votes_cannot_rank_is_listed_with_the_votes_that_are_missing(
    database: Database, arena: Arena, stranger: Person
) -> None:
    await cast(database, arena, in_turn([("planted-dodo", MODELS[0], "model_b")], first_minute=90))
    await publish(database, arena)
    page = (await stranger.http.get(BOARD)).text

    assert "1 cannot be ranked yet." in page
    row = next(row for row in rows_of(page) if row[1] == "planted-dodo")
    assert (row[0], row[2], row[3]) == (EN_DASH, "not ranked", "1")
    gap = "planted-dodo has yet to beat, or tie with, one of planted-aardvark, planted-bison and planted-caribou."
    assert gap in page


async def test_simulated_votes_are_called_so(database: Database, stranger: Person) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("a", "b", winner, kind="simulated") for winner in ("model_a", "model_b")])
    await publish(database, arena)
    page = (await stranger.http.get(BOARD)).text
    assert "2 votes by simulated annotators" in page
    assert "not by people" in page


async def test_names_are_escaped_and_only_web_addresses_become_links(database: Database, stranger: Person) -> None:
    arena = await make_arena(database)
    name = "<img src=x onerror=alert(1)>"
    await cast(database, arena, circle([name, "b", "c"]))
    async with database.session() as session:
        await session.execute(update(Model).where(Model.name == name).values(link="javascript:alert(1)"))
        await session.execute(update(Model).where(Model.name == "b").values(link="https://example.org/b?x=1&y=2"))
    await publish(database, arena)
    page = (await stranger.http.get(f"{BOARD}?q=<img")).text
    everything = (await stranger.http.get(BOARD)).text
    hostile, harmless = [
        (await stranger.http.get(f"{BOARD}/model", params={"name": model})).text for model in (name, "b")
    ]
    assert "<img src=x" not in page + everything + hostile
    assert "javascript:" not in everything + hostile
    assert '<a href="https://example.org/b?x=1&amp;y=2" rel="nofollow noopener">' in harmless


async def test_a_board_of_sixty_models_weighs_less_than_a_hundred_kilobytes_with_everything(
    database: Database, stranger: Person
) -> None:
    arena = await make_arena(database)
    models = [f"organisation-model-{number:02}-instruct" for number in range(60)]
    results = [
        (a, b, "model_a" if (i * j) % 3 else "model_b")
        for i, a in enumerate(models)
        for j, b in enumerate(models)
        if i < j and (i + j) % 2
    ]
    await cast(database, arena, in_turn([*results, (models[-1], models[0], "tie")]))
    await publish(database, arena, draw=draw_light_figures)
    page = await stranger.http.get(BOARD)
    light = [
        address
        for theme, address in re.findall(r'<img class="only-(\w+)" src="([^"]+)"', page.text)
        if theme == "light"
    ]
    assets = re.findall(r'(?:<link rel="stylesheet" href|<script[^>]* src)="([^"]+)"', page.text)
    weight = page.num_bytes_downloaded
    for address in [*light, *assets]:
        response = await stranger.http.get(address.replace("&amp;", "&"))
        assert response.status_code == 200
        weight += response.num_bytes_downloaded
    assert len(rows_of(page.text)) == 60
    assert weight < 100_000


async def test_reading_writes_nothing(database: Database, arena: Arena, stranger: Person) -> None:
    for address in (BOARD, f"{BOARD}.json", f"{BOARD}.csv"):
        assert (await stranger.http.get(address)).status_code == 200
    async with database.read_session() as session:
        assert (await session.scalars(select(LeaderboardSnapshot))).all() == []
