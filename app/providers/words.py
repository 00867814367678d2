"""Text in pieces of one word, for the providers that make no model calls."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Final

from app.providers.protocol import Call, Fragment

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

_PIECE: Final = re.compile(r"\s*\S+|\s+$")


def pieces(text: str) -> list[str]:
    """Words, each with the white space before it; together they are the text."""
    return _PIECE.findall(text)


def count_words(call: Call) -> int:
    return sum(len(pieces(message.text)) for message in call.messages)


async def in_time(
    texts: Iterable[str], *, first_after: float, a_second: float | None, clock: Clock, sleep: Sleep
) -> AsyncGenerator[Fragment, None]:
    """Fragments at a set rate; as fast as they are read where it is None. Each moment is reckoned from the beginning.

    So a delay of one does not shift all that follow.
    """
    start = clock() + first_after
    for index, text in enumerate(texts):
        due = start + (index / a_second if a_second else 0.0)
        await sleep(max(0.0, due - clock()))
        yield Fragment(text)


real_sleep: Sleep = asyncio.sleep
