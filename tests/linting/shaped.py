"""A sound row of every shape that is known, by the name that the linter gives it."""

from typing import Any

from tests.linting.samples import said

_TWO_SIDES = {"conversation_a": said("Why?", "So."), "conversation_b": said("Why?", "Because.")}
_BATTLE = {"model_a": "m1", "model_b": "m2", "winner": "model_a", **_TWO_SIDES}
_TREE = {
    "text": "Why?",
    "role": "prompter",
    "replies": [
        {"text": "So.", "role": "assistant", "replies": [{"text": "And?", "role": "prompter", "replies": []}]},
        {"text": "Because.", "role": "assistant", "replies": []},
    ],
}
ROWS: dict[str, dict[str, Any]] = {
    "TRL preference (explicit prompt, plain)": {"prompt": "Why?", "chosen": "So.", "rejected": "No."},
    "TRL preference (implicit prompt, plain)": {"chosen": "Why? So.", "rejected": "Why? No."},
    "TRL preference (explicit prompt, conversational)": {
        "prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}],
        "chosen": [{"role": "assistant", "content": "So."}],
        "rejected": [{"role": "assistant", "content": "No."}],
    },
    "TRL preference (implicit prompt, conversational)": {
        "chosen": said("Why?", "So."),
        "rejected": said("Why?", "No."),
    },
    "TRL preference (transcripts)": {
        "chosen": "\n\nHuman: Why?\n\nAssistant: So.",
        "rejected": "\n\nHuman: Why?\n\nAssistant: No.",
    },
    "TRL unpaired (plain)": {"prompt": "Why?", "completion": "So.", "label": True},
    "TRL unpaired (conversational)": {
        "prompt": [{"role": "user", "content": "Why?"}],
        "completion": [{"role": "assistant", "content": "So."}],
        "label": False,
    },
    "TRL stepwise": {"prompt": "Why?", "completions": ["First.", "Then."], "labels": [True, False]},
    "prompts (plain)": {"prompt": "Why?"},
    "UltraFeedback": {
        "prompt": "Why?",
        "prompt_id": "x",
        "chosen": said("Why?", "So."),
        "rejected": said("Why?", "No."),
        "messages": said("Why?", "So."),
        "score_chosen": 7.5,
        "score_rejected": 4.0,
    },
    "HelpSteer2 preference": {"prompt": "Why?", "response_1": "So.", "response_2": "No.", "preference_strength": -2},
    "HelpSteer2 ratings": {
        "prompt": "Why?",
        "response": "So.",
        "helpfulness": 4,
        "correctness": 3,
        "coherence": 4,
        "complexity": 0,
        "verbosity": 1,
    },
    "HelpSteer3": {
        "domain": "general",
        "language": "english",
        "context": [{"role": "user", "content": "Why?"}],
        "response1": "So.",
        "response2": "No.",
        "overall_preference": 2,
        "individual_preference": [],
    },
    "arena 140k": {"id": "1", "evaluation_session_id": "s", **_BATTLE},
    "arena 100k": {"question_id": "1", "judge_hash": "j", **_BATTLE, "winner": "tie (bothbad)"},
    "arena 33k": {"question_id": "1", "judge": "j", **_BATTLE},
    "arena 55k": {
        "id": 1,
        "model_a": "m1",
        "model_b": "m2",
        "prompt": '["Why?"]',
        "response_a": '["So."]',
        "response_b": '["No."]',
        "winner_model_a": 1,
        "winner_model_b": 0,
        "winner_tie": 0,
    },
    "raw votes": {
        "battle_id": "b",
        "revision": 1,
        "current": True,
        "matchup_id": "q",
        "annotator": "a",
        "after_reveal": False,
        "side_order": "ba",
        "exclusions": [],
        **_BATTLE,
    },
    "OpenAssistant trees": {"message_tree_id": "t", "tree_state": "ready", "prompt": _TREE},
    "OpenAssistant messages": {"message_id": "m", "parent_id": None, "text": "Why?", "role": "prompter"},
    "pairs": {"instruction": "Why?", "response1": "So.", "response2": "No.", "annotator1": 1, "annotator2": 0},
    "votes": {"model_a": "m1", "model_b": "m2", "winner": "tie"},
}
