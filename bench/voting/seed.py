"""A large arena, made in SQL: matchups, past battles with votes, and tickets, which are battles ready to be voted on.

Ticket n is a shown battle of an annotator of its own, whose cookie is `ticket-n`, so that any number of votes can be
cast without drawing. Ids are computed from n, so that pgbench needs no look-up to find them.
"""

import psycopg

from app.db.embedded import EmbeddedPostgres

ARENA_ID = "00000000-0000-7000-8000-00000000a0a0"
MODELS = 20

_SEED = """
CREATE FUNCTION bench_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (kind || '000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;

CREATE FUNCTION bench_pair(n bigint) RETURNS uuid[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ARRAY[bench_id('02', n % {models}),
                    bench_id('02', (n + n / {models} % ({models} - 1) + 1) % {models})] $$;

INSERT INTO arena (id, slug, title, description, mode, state, protocol_version)
    VALUES ('{arena}'::uuid, 'bench', 'Bench', '', 'curated', 'open', 1);
INSERT INTO protocol (arena_id, version, document) VALUES ('{arena}'::uuid, 1, '{{"question": "Which?", "options":
    ["model_a", "model_b", "tie", "both_bad"], "guidelines": "", "reveal": true, "undo_seconds": 30}}');
INSERT INTO model (id, name) SELECT bench_id('01', n), 'model-' || n FROM generate_series(0, {models} - 1) n;
INSERT INTO model_version (id, model_id, label, settings)
    SELECT bench_id('02', n), bench_id('01', n), '', '{{}}' FROM generate_series(0, {models} - 1) n;
INSERT INTO prompt (id, arena_id, text, fingerprint)
    SELECT bench_id('03', n), '{arena}'::uuid, 'Prompt ' || n, sha256(n::text::bytea)
    FROM generate_series(1, {matchups}) n;
INSERT INTO matchup (id, arena_id, prompt_id, external_id, lineup, coverage)
    SELECT bench_id('04', n), '{arena}'::uuid, bench_id('03', n), n, md5(bench_pair(n)::text)::uuid,
        {battles} / {matchups}
    FROM generate_series(1, {matchups}) n;
INSERT INTO matchup_slot (matchup_id, arena_id, slot, model_version_id)
    SELECT bench_id('04', n), '{arena}'::uuid, slot, (bench_pair(n))[place]
    FROM generate_series(1, {matchups}) n, (VALUES ('a', 1), ('b', 2)) AS slots (slot, place);
INSERT INTO turn (matchup_id, arena_id, turn_index, blocks)
    SELECT bench_id('04', n), '{arena}'::uuid, 0,
        jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'Prompt ' || n))
    FROM generate_series(1, {matchups}) n;
INSERT INTO response (matchup_id, arena_id, slot, turn_index, blocks, characters, headers, lists, bold)
    SELECT bench_id('04', n), '{arena}'::uuid, slot, 0, jsonb_build_array(jsonb_build_object('type', 'text', 'text',
        repeat('An answer of some length, in which **' || n || '** is discussed. ', 8))), 450, 0, 0, 8
    FROM generate_series(1, {matchups}) n, unnest(ARRAY['a', 'b']) slot;
INSERT INTO annotator (id, kind) SELECT bench_id('06', n), 'human' FROM generate_series(1, {people} + {tickets}) n;
INSERT INTO login_session (id, token_hash, annotator_id, expires_at)
    SELECT bench_id('07', n), sha256(('ticket-' || n)::bytea), bench_id('06', n), now() + interval '1 day'
    FROM generate_series(1, {people} + {tickets}) n;
INSERT INTO battle (id, arena_id, matchup_id, annotator_id, protocol_version, contestants, lineup, side_order,
        first_contestant, sampler, propensity, source, state, revision, shown_at, ended_at)
    SELECT bench_id('08', g), '{arena}'::uuid, m.id, bench_id('06', (g + g / {matchups} * 37) % {people} + 1), 1,
        bench_pair(m.n), m.lineup, 'ab', (bench_pair(m.n))[1], 'bench', 1, 'simulation', 'voted', 1, now(), now()
    FROM generate_series(0, {battles} - 1) g
    JOIN (SELECT id, lineup, external_id::bigint AS n FROM matchup) m ON m.n = g % {matchups} + 1;
INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, source, cast_at)
    SELECT id, arena_id, 1, annotator_id,
        (ARRAY['model_a', 'model_b', 'tie', 'both_bad'])[1 + (hashtext(id::text) & 3)], 'simulation', now() FROM battle;
INSERT INTO battle (id, arena_id, matchup_id, annotator_id, protocol_version, contestants, lineup, side_order,
        first_contestant, sampler, propensity, source, state, shown_at, leased_until)
    SELECT bench_id('09', g), '{arena}'::uuid, m.id, bench_id('06', {people} + g), 1, bench_pair(m.n), m.lineup, 'ab',
        (bench_pair(m.n))[1], 'bench', 1, 'web', 'shown', now(), now() + interval '1 day'
    FROM generate_series(1, {tickets}) g
    JOIN (SELECT id, lineup, external_id::bigint AS n FROM matchup) m ON m.n = g % {matchups} + 1;
"""

PEOPLE = 500


def seed(server: EmbeddedPostgres, *, matchups: int, battles: int, tickets: int) -> None:
    """Fill an empty, migrated database. A million battles take about two minutes."""
    statements = _SEED.format(
        arena=ARENA_ID, models=MODELS, people=PEOPLE, matchups=matchups, battles=battles, tickets=tickets
    )
    with psycopg.connect(server.url) as connection:
        connection.execute(statements.encode())
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def ticket_cookie(number: int) -> str:
    """The cookie of the person who holds a ticket."""
    return f"session=ticket-{PEOPLE + number}"


def ticket_battle(number: int) -> str:
    return f"09000000-0000-7000-8000-{number:012x}"
