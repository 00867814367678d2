"""What a contestant is sent: the conversation as it knows it, and the settings that make it what it is. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.arenas.schemas import LiveProtocol
from app.battles.content import text_of
from app.battles.repository import Exchange
from app.providers.protocol import Call, Message, Sampling


def conversation(exchanges: Sequence[Exchange], slot: str, system_prompt: str) -> list[Message]:
    """All turns with this slot's own answers but the last, which is to be written. Slots do not know of each other."""
    messages = [Message("system", system_prompt)] if system_prompt else []
    for exchange in exchanges:
        messages.append(Message("user", text_of(exchange.prompt)))
        if exchange is not exchanges[-1]:
            answer = exchange.response_a if slot == "a" else exchange.response_b
            messages.append(Message("assistant", text_of(answer)))
    return messages


def call_for(
    served_as: str, settings: Mapping[str, Any], protocol: LiveProtocol, exchanges: Sequence[Exchange], slot: str
) -> Call:
    """The call of one contestant. Its own settings come first; the arena's fill what it leaves open."""
    known = dict(settings)
    system_prompt = known.pop("system_prompt", None) or protocol.system_prompt
    sampling = Sampling(
        temperature=known.pop("temperature", protocol.temperature),
        top_p=known.pop("top_p", protocol.top_p),
        max_tokens=min(known.pop("max_tokens", protocol.max_tokens), protocol.max_tokens),
        seed=known.pop("seed", None),
        stop=tuple(known.pop("stop", ())),
        extra=known,
    )
    return Call(served_as, conversation(exchanges, slot, system_prompt), sampling)
