"""An arena with as many counted votes as are asked for, made in SQL, and new ones on top."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from psycopg import sql

from app.db.embedded import EmbeddedPostgres

ARENA_ID = uuid.UUID("00000000-0000-7000-8000-00000000b0b0")
MODELS = 150
MATCHUPS = 20_000
PEOPLE = 5_000
BATCH = 500_000
WRITERS = 2

_WORLD = """
CREATE FUNCTION bench_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (kind || '000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION bench_pair(n bigint) RETURNS uuid[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ARRAY[bench_id('02', n % {models}),
                    bench_id('02', (n + n / {models} % ({models} - 1) + 1) % {models})] $$;
INSERT INTO arena (id, slug, title, description, mode, state, protocol_version)
    VALUES ('{arena}', 'bench', 'Bench', '', 'curated', 'open', 1);
INSERT INTO protocol (arena_id, version, document) VALUES ('{arena}', 1, '{{}}');
INSERT INTO model (id, name) SELECT bench_id('01', n), 'model-' || n FROM generate_series(0, {models} - 1) n;
INSERT INTO model_version (id, model_id, label, settings)
    SELECT bench_id('02', n), bench_id('01', n), '', '{{}}' FROM generate_series(0, {models} - 1) n;
INSERT INTO prompt (id, arena_id, text, fingerprint, language)
    SELECT bench_id('03', n), '{arena}', 'Prompt ' || n, sha256(n::text::bytea),
        (ARRAY['en', 'de', 'fr', 'pl'])[1 + n % 4]
    FROM generate_series(0, {matchups} - 1) n;
INSERT INTO matchup (id, arena_id, prompt_id, external_id, lineup)
    SELECT bench_id('04', n), '{arena}', bench_id('03', n), n, md5(bench_pair(n)::text)::uuid
    FROM generate_series(0, {matchups} - 1) n;
INSERT INTO matchup_slot (matchup_id, arena_id, slot, model_version_id)
    SELECT bench_id('04', n), '{arena}', slot, (bench_pair(n))[place]
    FROM generate_series(0, {matchups} - 1) n, (VALUES ('a', 1), ('b', 2)) AS slots (slot, place);
INSERT INTO annotator (id, kind) SELECT bench_id('06', n), 'human' FROM generate_series(0, {people} - 1) n;
"""

# A stronger model, one with a lower number, wins more often; a fifth of the votes prefer nobody.
_VOTES = """
INSERT INTO battle (id, arena_id, matchup_id, annotator_id, repeat, protocol_version, contestants, lineup, source,
        state, revision)
    SELECT bench_id('08', g), '{arena}', bench_id('04', g % {matchups}), bench_id('06', g / {matchups} % {people}),
        g / ({matchups}::bigint * {people}), 1, bench_pair(g % {matchups}), md5(bench_pair(g % {matchups})::text)::uuid,
        'import', 'voted', 1
    FROM generate_series({first}::bigint, {last}::bigint) g;
INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, source, cast_at)
    SELECT bench_id('08', g), '{arena}', 1, bench_id('06', g / {matchups} % {people}),
        CASE WHEN d.tie < 0.1 THEN 'tie' WHEN d.tie < 0.2 THEN 'both_bad'
            WHEN d.win < 1 / (1 + exp(((g % {models}) - (g + g / {models} % ({models} - 1) + 1) % {models}) / 75.0))
            THEN 'model_a' ELSE 'model_b' END,
        'import', timestamptz '2026-01-01' + make_interval(secs => g)
    FROM generate_series({first}::bigint, {last}::bigint) g,
        LATERAL (SELECT (hashint8(g) & 65535) / 65536.0 AS tie, (hashint8(g + 7) & 65535) / 65536.0 AS win) d;
"""


# What Postgres would have to keep up row by row; foreign keys from elsewhere on `battle` go as well.
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f' FROM pg_constraint
    WHERE contype IN ('p', 'u', 'f') AND (conrelid IN ('battle'::regclass, 'vote'::regclass)
        OR contype = 'f' AND confrelid = 'battle'::regclass)
    ORDER BY contype = 'f' DESC
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('battle', 'vote')"


def seed(server: EmbeddedPostgres, votes: int, models: int = MODELS) -> None:
    """Fill an empty, migrated database. Rows first, then the indexes: ten million votes take some minutes."""
    with psycopg.connect(server.url) as connection:
        connection.execute(_WORLD.format(arena=ARENA_ID, models=models, matchups=MATCHUPS, people=PEOPLE).encode())
    with _without_indexes(server), ThreadPoolExecutor(WRITERS) as writers:
        starts = range(0, votes, BATCH)
        for _ in writers.map(lambda first: add_votes(server, first, min(BATCH, votes - first), models), starts):
            pass
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


@contextmanager
def _without_indexes(server: EmbeddedPostgres) -> Iterator[None]:
    """The tables of battles and votes without keys and indexes, which are made again, and checked, afterwards."""
    with psycopg.connect(server.url) as connection:
        constraints = connection.execute(_CONSTRAINTS).fetchall()
        for table, name, _, _ in constraints:
            connection.execute(_alter(table, "DROP CONSTRAINT {}", name))
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    with psycopg.connect(server.url) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        for table, name, definition, _ in sorted(constraints, key=lambda row: row[3]):
            connection.execute(_alter(table, "ADD CONSTRAINT {} " + definition, name))
        for _, definition in indexes:
            connection.execute(definition)


def _alter(table: str, change: str, name: str) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} " + change).format(sql.Identifier(table), sql.Identifier(name))


def add_votes(server: EmbeddedPostgres, first: int, count: int, models: int = MODELS) -> None:
    """Votes from number `first` on, in one transaction."""
    statement = _VOTES.format(
        arena=ARENA_ID, models=models, matchups=MATCHUPS, people=PEOPLE, first=first, last=first + count - 1
    )
    with psycopg.connect(server.url) as connection:
        connection.execute(statement.encode())
