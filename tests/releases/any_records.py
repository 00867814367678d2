"""Records of votes of every sort, as Hypothesis draws them: what a release may have to write."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from app.battles.content import text_of
from app.releases.record import Exchange, VoteRecord
from tests.releases.arenas import text

ODD = (
    *("", " ", "\n", "\r\n", "\r", "\u2028", "\x85\x0b", "a\r\nb\rc\nd", "\U0001f35d", "e\u0301 \u202e", "\x1b[31m"),
    *("=1+1", "'=x", "''", "-3", "\tx", "@me", "[]", '{"a": 1}', '"', "a,b", "null", "true"),
    *("\n\nHuman: hi", "\n\nAssistant: ho", "Human:", "ends\n", "\n\nHuman", " begins", "# h\n- one\n**two**"),
)
TAGS = ("code", "math", "complexity", "if", "food", "hard_prompt")
MODELS = ("owl", "elk@v2", "maker/ant", "büffel 7b", "a" * 150)

texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
blocks = st.lists(texts, min_size=1, max_size=3).map(lambda parts: [block for part in parts for block in text(part)])
times = st.none() | st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 (Hypothesis takes naive bounds)


@st.composite
def exchanges(draw: st.DrawFn, opening: Any) -> list[Exchange]:
    """One to three turns; all but the last are mostly the same for both."""
    turns = []
    for place in range(draw(st.integers(1, 3))):
        answer_a = draw(blocks)
        is_shared = draw(st.integers(0, 3)) > 0
        turns.append(Exchange(draw(blocks) if place else opening, answer_a, answer_a if is_shared else draw(blocks)))
    return [*turns[:-1], turns[-1]._replace(answer_b=draw(blocks))]


@st.composite
def votes(draw: st.DrawFn, shared: dict[str, Any]) -> VoteRecord:
    return VoteRecord(
        battle_id="",
        revision=1,
        is_current=True,
        winner=draw(st.sampled_from(["model_a", "model_b", "tie", "both_bad"])),
        strength=draw(st.sampled_from([None, 1, 2, 3])),
        after_reveal=False,
        annotator=draw(st.sampled_from(["p-1", "p-2"])),
        annotator_kind="human",
        protocol_version=1,
        repeat=0,
        side_order=draw(st.sampled_from([None, "ab", "ba"])),
        sampler=draw(st.sampled_from([None, "least-covered/64"])),
        propensity=draw(st.sampled_from([None, 0.25, 1 / 3])),
        source="web",
        shown_at=draw(times),
        cast_at=draw(times),
        source_row=draw(st.sampled_from([None, -1, 2**62])),
        exclusions=[],
        **shared,
    )


@st.composite
def records(draw: st.DrawFn) -> Sequence[VoteRecord]:
    """Votes on a few prompts, prompt by prompt and matchup by matchup. Each matchup's votes share its conversation."""
    made: list[VoteRecord] = []
    openings = draw(st.lists(blocks, min_size=1, max_size=2, unique_by=text_of))
    for number, opening in enumerate(openings):
        about = {
            "prompt": str(uuid.UUID(int=number)),
            "prompt_language": draw(st.sampled_from([None, "en", "German"])),
            "prompt_tags": draw(st.lists(st.sampled_from(TAGS), max_size=3, unique=True)),
        }
        for place in range(draw(st.integers(1, 2))):
            model_a, model_b = draw(st.permutations(MODELS))[:2]
            sides = {"matchup": f"m{number}-{place}", "model_a": model_a, "model_b": model_b}
            shared = {**about, **sides, "turns": draw(exchanges(opening))}
            made += [draw(votes(shared)) for _ in range(draw(st.integers(1, 2)))]
    return [record._replace(battle_id=str(uuid.UUID(int=number))) for number, record in enumerate(made, start=1)]
