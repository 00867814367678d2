"""OpenAssistant's conversation trees, one a row, or one message a row with those of a tree together.

Where two or more replies to a user's message have a rank, each pair of them is a matchup, `message_id/1-2`; the lower
rank is the better, and the same rank a tie. All else in a tree compares nothing. Replies whose model is not named are
told by their place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.imports.formats.conversations import Message
from app.imports.formats.fields import Fields
from app.imports.formats.pairs import Answer, PairOptions, ranked_matchups
from app.imports.formats.shape import Outcome, Shape, Together
from app.imports.records import ImportedMatchup

_TREE = "message_tree_id"
_FLAT = frozenset({_TREE, "message_id", "parent_id", "text", "role"})
_FLAT_OTHERS = frozenset({"lang", "rank", "model_name", "deleted"})
_ROLES = {"prompter": "user", "assistant": "assistant"}
_MAX_MESSAGES = 10_000
_LARGEST = 2**31 - 1
_Node = Mapping[str, Any]


def trees_with(options: PairOptions) -> Shape:
    return Shape(
        "openassistant-trees",
        marks=(frozenset({_TREE, "prompt"}),),
        columns=frozenset({_TREE, "prompt"}),
        read=lambda row: read_tree(row, options),
    )


def flat_with(options: PairOptions) -> Shape:
    return Shape(
        "openassistant-flat",
        marks=(_FLAT,),
        columns=_FLAT | _FLAT_OTHERS,
        read=lambda row: read_messages([row], options),
        together=Together(_joins, lambda rows: read_messages(rows, options)),
    )


def _joins(rows: Sequence[_Node], following: _Node) -> bool:
    return rows[0].get(_TREE) == following.get(_TREE) and len(rows) < _MAX_MESSAGES


def read_messages(rows: Sequence[_Node], options: PairOptions) -> Outcome:
    """The messages of one tree in any order."""
    nodes = [{**row, "replies": []} for row in rows]
    by_id: dict[Any, dict[str, Any]] = {}
    for node in nodes:
        fields = Fields(node)
        if fields.name("message_id") in by_id:
            fields.note("message_id", "stood in an earlier row of this tree")
        if fields.faults:
            return fields.faults
        by_id[node["message_id"]] = node
    roots = [node for node in nodes if node.get("parent_id") in (None, "")]
    if len(roots) != 1:
        return [("parent_id", f"is empty in {len(roots)} messages of this tree, where it is in one, the first")]
    for node in nodes:
        if node is not roots[0]:
            parent = by_id.get(node["parent_id"])
            if parent is None:
                return [("parent_id", f"is {node['parent_id']!r:.80}, which is no message of this tree")]
            parent["replies"].append(node)
    return _read(roots[0], "", options)


def read_tree(row: _Node, options: PairOptions) -> Outcome:
    root = row.get("prompt")
    if not isinstance(root, dict):
        return [("prompt", "is missing" if root is None else "is not a message")]
    return _read(root, "prompt.", options)


def _read(root: _Node, prefix: str, options: PairOptions) -> Outcome:
    fields = Fields(root, prefix)
    matchups: list[ImportedMatchup] = []
    for part, conversation, replies in _places(fields):
        ranked = [(place, reply) for place, reply in enumerate(replies, start=1) if reply.has("rank")]
        answers = [_answer(place, reply) for place, reply in ranked]
        key, language = part.name("message_id"), part.optional_name("lang")
        made = () if fields.faults else ranked_matchups(part, key, conversation, answers, options, language=language)
        matchups += made if isinstance(made, tuple) else ()
        if fields.faults:
            break
    return fields.faults or tuple(matchups)


def _places(root: Fields) -> Iterator[tuple[Fields, list[Message], list[Fields]]]:
    """Each user's message with the conversation up to it and the replies to it. Faults are noted in the root's."""
    ahead: list[tuple[Fields, list[Message]]] = [(root, [])]
    while ahead:
        part, before = ahead.pop()
        role = part.choice("role", _ROLES)
        conversation = [*before, Message(role, (part.text("text"),))]
        if root.faults:
            return
        replies = list(_replies(part))
        if role == "user":
            yield part, conversation, replies
        ahead += [(reply, conversation) for reply in reversed(replies)]


def _replies(part: Fields) -> Iterator[Fields]:
    found = part.get("replies") or []
    if not isinstance(found, list) or not all(isinstance(reply, dict) for reply in found):
        part.note("replies", "is not a list of messages")
        return
    for place, reply in enumerate(found):
        if reply.get("deleted") is not True:
            yield part.within(f"replies[{place}]", reply)


def _answer(place: int, part: Fields) -> Answer:
    model = part.optional_name("model_name") or f"reply-{place}"
    return Answer(place, model, (part.text("text"),), part.whole("rank", 0, _LARGEST) or 0)
