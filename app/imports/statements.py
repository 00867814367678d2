"""The SQL of a load. `%(arena)s` is the arena; rows come from the two staging tables."""

STAGING = """
DROP TABLE IF EXISTS pg_temp.import_matchup, pg_temp.import_vote, pg_temp.import_annotator;
CREATE TEMPORARY TABLE import_matchup (
    line bigint NOT NULL, candidate uuid NOT NULL, id uuid NOT NULL, external_id text NOT NULL,
    prompt_id uuid NOT NULL, fingerprint bytea NOT NULL, prompt_text text, language text, tags text[] NOT NULL,
    version_a uuid NOT NULL, version_b uuid NOT NULL, lineup uuid NOT NULL,
    prompts jsonb NOT NULL, answers_a jsonb NOT NULL, answers_b jsonb NOT NULL, styles_a jsonb NOT NULL,
    styles_b jsonb NOT NULL, known boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_vote (
    file text NOT NULL, line bigint NOT NULL, battle_id uuid NOT NULL, matchup_id uuid NOT NULL,
    annotator_id uuid NOT NULL, repeat smallint NOT NULL, revision smallint NOT NULL, is_current boolean NOT NULL,
    winner text, strength smallint, after_reveal boolean NOT NULL, side_order text, sampler text, propensity float8,
    shown_at timestamptz, cast_at timestamptz, source_row bigint, exclusions jsonb, known boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_annotator (
    id uuid NOT NULL, kind text NOT NULL, external_id text NOT NULL
) ON COMMIT DROP;
ALTER TABLE import_matchup ALTER prompts SET STORAGE EXTERNAL, ALTER answers_a SET STORAGE EXTERNAL,
    ALTER answers_b SET STORAGE EXTERNAL;
"""  # stored as they come: they are compressed once, in their own tables

COPY_MATCHUPS = """
COPY import_matchup (line, candidate, id, external_id, prompt_id, fingerprint, prompt_text, language, tags,
    version_a, version_b, lineup, prompts, answers_a, answers_b, styles_a, styles_b) FROM STDIN
"""
COPY_VOTES = """
COPY import_vote (file, line, battle_id, matchup_id, annotator_id, repeat, revision, is_current, winner, strength,
    after_reveal, side_order, sampler, propensity, shown_at, cast_at, source_row, exclusions) FROM STDIN
"""
COPY_ANNOTATORS = "COPY import_annotator (id, kind, external_id) FROM STDIN"

# What the arena has already goes by the id that it has there.
RECOGNISE = (
    "CREATE INDEX ON import_matchup (candidate)",
    "ANALYZE import_matchup, import_vote, import_annotator",
    """
    UPDATE import_matchup s SET id = m.id, known = true
    FROM matchup m WHERE m.arena_id = %(arena)s AND m.external_id = s.external_id
    """,
    """
    UPDATE import_vote v SET matchup_id = s.id
    FROM import_matchup s WHERE s.candidate = v.matchup_id AND s.id <> s.candidate
    """,
    "UPDATE import_vote v SET known = true FROM battle b WHERE b.id = v.battle_id AND b.arena_id = %(arena)s",
)

MATCHUP_CONFLICTS = """
SELECT s.line, s.external_id FROM import_matchup s
WHERE s.known AND (
    s.prompts IS DISTINCT FROM (
        SELECT jsonb_agg(t.blocks ORDER BY t.turn_index) FROM turn t
        WHERE t.matchup_id = s.id AND t.arena_id = %(arena)s)
    OR EXISTS (
        SELECT
        FROM (VALUES ('a', s.answers_a, s.version_a), ('b', s.answers_b, s.version_b)) side (slot, answers, version)
        WHERE side.answers IS DISTINCT FROM (
                SELECT jsonb_agg(r.blocks ORDER BY r.turn_index) FROM response r
                WHERE r.matchup_id = s.id AND r.arena_id = %(arena)s AND r.slot = side.slot)
            OR side.version IS DISTINCT FROM (
                SELECT k.model_version_id FROM matchup_slot k
                WHERE k.matchup_id = s.id AND k.arena_id = %(arena)s AND k.slot = side.slot)))
ORDER BY s.line LIMIT %(limit)s
"""

# Either the battle is there and says something else, or another battle stands in its place.
VOTE_CONFLICTS = """
SELECT v.file, v.line FROM import_vote v
JOIN battle b ON b.id = v.battle_id AND b.arena_id = %(arena)s
LEFT JOIN vote x ON x.battle_id = b.id AND x.arena_id = b.arena_id AND x.revision = v.revision
WHERE v.known AND (
    (b.matchup_id, b.annotator_id, b.repeat) IS DISTINCT FROM (v.matchup_id, v.annotator_id, v.repeat)
    OR x.battle_id IS NULL
    OR (x.winner, x.strength, x.after_reveal, x.cast_at)
        IS DISTINCT FROM (v.winner, v.strength, v.after_reveal, v.cast_at))
UNION ALL
SELECT v.file, v.line FROM import_vote v
JOIN battle b ON b.arena_id = %(arena)s AND b.annotator_id = v.annotator_id AND b.matchup_id = v.matchup_id
    AND b.repeat = v.repeat
WHERE b.id <> v.battle_id
ORDER BY 1, 2 LIMIT %(limit)s
"""

ANNOTATOR_CONFLICTS = """
SELECT n.external_id, n.kind FROM import_annotator s
JOIN annotator n ON n.source = %(source)s AND n.external_id = s.external_id
WHERE n.kind <> s.kind ORDER BY 1 LIMIT %(limit)s
"""

ADD_MODEL = """
INSERT INTO model (id, name, organisation, licence, link) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING
"""
ADD_VERSION = """
INSERT INTO model_version (id, model_id, label, settings) SELECT %s, m.id, %s, %s FROM model m WHERE m.name = %s
ON CONFLICT (model_id, label) DO NOTHING
"""
VERSIONS = """
SELECT m.name, v.label, v.id FROM model_version v JOIN model m ON m.id = v.model_id WHERE m.name = ANY(%s)
"""

ADD_ANNOTATORS = """
INSERT INTO annotator (id, kind, source, external_id) SELECT id, kind, %(source)s, external_id FROM import_annotator
ON CONFLICT (source, external_id) DO NOTHING
"""
ADD_PROMPTS = """
INSERT INTO prompt (id, arena_id, text, fingerprint, language)
SELECT prompt_id, %(arena)s, prompt_text, fingerprint, language FROM import_matchup WHERE prompt_text IS NOT NULL
ON CONFLICT (arena_id, fingerprint) DO NOTHING
"""
ADD_TAGS = """
INSERT INTO prompt_tag (prompt_id, arena_id, tag, tagged_by)
SELECT DISTINCT p.id, p.arena_id, t.tag, 'import'
FROM import_matchup s JOIN prompt p ON p.arena_id = %(arena)s AND p.fingerprint = s.fingerprint, unnest(s.tags) t (tag)
ON CONFLICT DO NOTHING
"""
ADD_MATCHUPS = """
INSERT INTO matchup (id, arena_id, prompt_id, external_id, lineup, coverage)
SELECT s.id, p.arena_id, p.id, s.external_id, s.lineup, coalesce(c.battles, 0)
FROM import_matchup s JOIN prompt p ON p.arena_id = %(arena)s AND p.fingerprint = s.fingerprint
LEFT JOIN (
    SELECT matchup_id, count(*) AS battles FROM import_vote
    WHERE is_current AND winner IS NOT NULL AND NOT after_reveal GROUP BY matchup_id
) c ON c.matchup_id = s.id
WHERE NOT s.known
"""
COVER_KNOWN_MATCHUPS = """
UPDATE matchup m SET coverage = m.coverage + c.battles
FROM (
    SELECT v.matchup_id, count(*) AS battles FROM import_vote v JOIN import_matchup s ON s.id = v.matchup_id AND s.known
    WHERE v.is_current AND v.winner IS NOT NULL AND NOT v.after_reveal AND NOT v.known GROUP BY v.matchup_id
) c
WHERE m.id = c.matchup_id AND m.arena_id = %(arena)s
"""
ADD_SLOTS = """
INSERT INTO matchup_slot (matchup_id, arena_id, slot, model_version_id)
SELECT s.id, %(arena)s, side.slot, side.version
FROM import_matchup s, LATERAL (VALUES ('a', s.version_a), ('b', s.version_b)) side (slot, version)
WHERE NOT s.known
"""
ADD_TURNS = """
INSERT INTO turn (matchup_id, arena_id, turn_index, blocks)
SELECT s.id, %(arena)s, t.place - 1, t.blocks
FROM import_matchup s, jsonb_array_elements(s.prompts) WITH ORDINALITY t (blocks, place)
WHERE NOT s.known
"""
ADD_RESPONSES = """
INSERT INTO response (matchup_id, arena_id, slot, turn_index, blocks, characters, headers, lists, bold)
SELECT s.id, %(arena)s, side.slot, t.place - 1, t.blocks,
    (t.style->>0)::int, (t.style->>1)::int, (t.style->>2)::int, (t.style->>3)::int
FROM import_matchup s,
    LATERAL (VALUES ('a', s.answers_a, s.styles_a), ('b', s.answers_b, s.styles_b)) side (slot, answers, styles),
    LATERAL ROWS FROM (jsonb_array_elements(side.answers), jsonb_array_elements(side.styles))
        WITH ORDINALITY t (blocks, style, place)
WHERE NOT s.known
"""
ADD_BATTLES = """
INSERT INTO battle (id, arena_id, matchup_id, annotator_id, repeat, protocol_version, contestants, lineup, side_order,
    first_contestant, sampler, propensity, source, state, revision, shown_at, ended_at)
SELECT v.battle_id, %(arena)s, s.id, v.annotator_id, v.repeat, %(protocol)s, ARRAY[s.version_a, s.version_b], s.lineup,
    v.side_order, CASE v.side_order WHEN 'ab' THEN s.version_a WHEN 'ba' THEN s.version_b END, v.sampler, v.propensity,
    'import', CASE WHEN v.winner IS NULL THEN 'retracted' ELSE 'voted' END, v.revision, v.shown_at, v.cast_at
FROM import_vote v JOIN import_matchup s ON s.id = v.matchup_id
WHERE v.is_current AND NOT v.known
"""
ADD_VOTES = """
INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, strength, after_reveal, source, cast_at,
    source_row)
SELECT battle_id, %(arena)s, revision, annotator_id, winner, strength, after_reveal, 'import', cast_at, source_row
FROM import_vote WHERE NOT known
"""
ADD_EXCLUSIONS = """
INSERT INTO vote_exclusion (id, arena_id, battle_id, reason, excluded_by, created_at, lifted_at)
SELECT (e->>'id')::uuid, %(arena)s, v.battle_id, e->>'reason', e->>'excluded_by',
    coalesce((e->>'created_at')::timestamptz, now()), (e->>'lifted_at')::timestamptz
FROM import_vote v, jsonb_array_elements(v.exclusions) e
ON CONFLICT DO NOTHING
"""
ANALYSE = """
ANALYZE prompt, prompt_tag, matchup, matchup_slot, turn (matchup_id, arena_id), response (matchup_id, arena_id, slot),
    annotator, battle, vote, vote_exclusion, model, model_version
"""  # not the blocks: they are long, and nothing searches them
