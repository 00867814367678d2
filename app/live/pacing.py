"""Releasing two answers in lock-step, so that their timing says nothing about who writes them.

Both sides are shown to the same number of characters, the frontier. It begins to move when both have written
something, at one pace for both: nine tenths of the slower side's own, at most COMFORTABLE, and never beyond what an
unfinished side has written. A quick model that writes on alone is shown no quicker than before, and a slow one has its
backlog to draw on. So what is seen depends on the texts and on the slower of both speeds, and on nothing that would
differ if the models changed sides. What is left: how slow the slower one is, where it is slower than COMFORTABLE.
"""

COMFORTABLE = 200.0  # characters a second, about 50 tokens: several times quicker than people read
SLOWEST = 8.0
SHARE_OF_PACE = 0.9
MEASURABLE_SECONDS = 1.0  # what was written in less says little of the pace, as fragments may come in bursts
SHORTEST_SECONDS = 0.05  # but a side that has ended says all that it ever will


class _Side:
    def __init__(self) -> None:
        self.written = 0
        self.first = 0
        self.began_at: float | None = None
        self.finished_at: float | None = None

    def pace(self, now: float) -> float:
        """Characters a second, from its first to its last or until now. The first took none of that time."""
        if self.began_at is None:
            return COMFORTABLE
        seconds = (now if self.finished_at is None else self.finished_at) - self.began_at
        enough = MEASURABLE_SECONDS if self.finished_at is None else SHORTEST_SECONDS
        return (self.written - self.first) / seconds if seconds >= enough else COMFORTABLE


class Pacer:
    """How far each of the sides may be shown. Times are seconds on any clock that only goes forward."""

    def __init__(self, sides: int = 2) -> None:
        self._sides = [_Side() for _ in range(sides)]
        self._frontier = 0.0
        self._moved_at: float | None = None

    def wrote(self, side: int, characters: int, now: float) -> None:
        """A model wrote so many more characters."""
        if characters and self._sides[side].began_at is None:
            self._sides[side].began_at = now
            self._sides[side].first = characters
        self._sides[side].written += characters

    def finished(self, side: int, now: float) -> None:
        """A model has written its last."""
        self._sides[side].finished_at = now

    @property
    def has_begun(self) -> bool:
        """Whether anything may be shown: every side has written something, or all that it will."""
        return all(side.written or side.finished_at is not None for side in self._sides)

    @property
    def is_through(self) -> bool:
        """Whether all sides are written, and shown to their end."""
        return all(side.finished_at is not None and self._frontier >= side.written for side in self._sides)

    def shown(self, now: float) -> list[int]:
        """How many characters of each side are to be seen now; it never goes back."""
        if self.has_begun:
            self._move(now)
        return [min(int(self._frontier), side.written) for side in self._sides]

    def _move(self, now: float) -> None:
        writing = [side.written for side in self._sides if side.finished_at is None]
        slowest = min(side.pace(now) for side in self._sides)
        pace = min(max(SHARE_OF_PACE * slowest, SLOWEST), COMFORTABLE)
        # Something is seen at once.
        moved = 1.0 if self._moved_at is None else self._frontier + pace * (now - self._moved_at)
        self._frontier = max(self._frontier, min([moved, *map(float, writing)]))
        self._moved_at = now
