"""What is asked for, checked as far as that can be done without the votes."""

import math
from dataclasses import dataclass

from app.ranking_files.names import Intervals, Method
from app.ranking_files.problems import UnsuitableFileError
from app.ratings.scale import CENTRE


@dataclass(frozen=True)
class RankOptions:
    """What is asked for.

    intervals: None for clustered where the voters are known, sandwich elsewhere
    center:    the mean rating, in points
    anchor:    a model and the rating that it is to have instead; everything moves along
    """

    method: Method = "bradley-terry"
    intervals: Intervals | None = None
    center: float = CENTRE
    anchor: tuple[str, float] | None = None


def options_from(method: Method, intervals: Intervals | None, center: float | None, anchor: str | None) -> RankOptions:
    """Options from words. Raises UnsuitableFileError for those that do not fit together."""
    if center is not None and anchor is not None:
        raise UnsuitableFileError("A center and an anchor cannot both be had: each says where the scale is.")
    if center is not None and not math.isfinite(center):
        raise UnsuitableFileError(f"The center is {center}, but must be a number of points.")
    if anchor is not None:
        return RankOptions(method, intervals, anchor=_parse_anchor(anchor))
    return RankOptions(method, intervals, CENTRE if center is None else center)


def _parse_anchor(text: str) -> tuple[str, float]:
    """A model and its rating from MODEL=SCORE. The name may hold further equals signs."""
    model, separator, score = text.rpartition("=")
    try:
        rating = float(score)
    except ValueError:
        rating = math.nan
    if not separator or not model or not math.isfinite(rating):
        raise UnsuitableFileError(f"The anchor {text!r:.200} is not MODEL=SCORE, such as gpt-4=1200.")
    return model, rating
