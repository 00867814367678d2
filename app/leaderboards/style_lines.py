"""What style is worth, as the lines of a small table."""

from dataclasses import dataclass

from app.leaderboards.schemas import BoardDetails, StyleEffect

STYLES_IN_WORDS = {"length": "Longer", "headers": "More headings", "lists": "More list items", "bold": "More bold text"}


@dataclass(frozen=True)
class StyleLine:
    """What one standard deviation more of a style is worth; without numbers `reason` says why there are none."""

    name: str
    effect: StyleEffect | None
    verdict: str


def style_lines(details: BoardDetails) -> list[StyleLine]:
    """The effects of a style-controlled board."""
    lines = []
    for name, title in STYLES_IN_WORDS.items():
        effect = details.style_effects.get(name)
        if effect is not None:
            is_clear = effect.lower > 0 or effect.upper < 0
            verdict = ("voters like it" if effect.points > 0 else "voters dislike it") if is_clear else "no effect told"
            lines.append(StyleLine(title, effect, verdict))
        elif name in details.style_dropped:
            lines.append(StyleLine(title, None, details.style_dropped[name]))
    return lines
