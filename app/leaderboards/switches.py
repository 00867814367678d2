"""The switches of a board: what becomes of ties, and whether style is controlled for."""

from dataclasses import dataclass, replace

from app.leaderboards.schemas import METHODS, BoardMethod
from app.leaderboards.view import BoardQuery


@dataclass(frozen=True)
class Choice:
    """One position of a switch: where it leads, or why it cannot be had with how the other switch stands."""

    title: str
    link: str | None
    is_current: bool
    reason: str = ""


@dataclass(frozen=True)
class Switch:
    """A switch of the board. Its positions are addresses, so that each board can be linked."""

    title: str
    choices: tuple[Choice, ...]

    @property
    def reason(self) -> str:
        return next((choice.reason for choice in self.choices if choice.reason), "")


_TIE_MODELS: tuple[tuple[BoardMethod, str], ...] = (
    ("bradley-terry", "Half a win (Bradley-Terry)"),
    ("davidson", "Davidson"),
    ("rao-kupper", "Rao-Kupper"),
    ("four-outcomes", "Four outcomes"),
)
_STYLED: BoardMethod = "style-controlled"


def switches(query: BoardQuery) -> tuple[Switch, Switch]:
    """What becomes of ties, and whether style is controlled for: both together only with a tie as half a win."""
    is_styled = query.method == _STYLED
    half = METHODS[0]
    ties = tuple(
        Choice(title, None, is_current=False, reason="With style control a tie is half a win.")
        if is_styled and method != half
        else Choice(title, query.link(method=method), is_current=method == query.method)
        for method, title in _TIE_MODELS
    )
    if is_styled:
        ties = (replace(ties[0], link=query.link(), is_current=True), *ties[1:])
        style = (Choice("Off", query.link(method=half), is_current=False), Choice("On", query.link(), is_current=True))
    elif query.method == half:
        on = Choice("On", query.link(method=_STYLED), is_current=False)
        style = (Choice("Off", query.link(), is_current=True), on)
    else:
        on = Choice("On", None, is_current=False, reason="Only where a tie is half a win.")
        style = (Choice("Off", query.link(), is_current=True), on)
    return Switch("Ties", ties), Switch("Style control", style)
