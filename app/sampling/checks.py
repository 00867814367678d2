"""What the settings of policies may be."""

import math


def within(name: str, value: float, *, above: float | None = None, least: float | None = None, most: float) -> None:
    """Raise ValueError unless `value` is a finite number in this range, with a message for whoever wrote it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number, not {value!r}")
    low_enough = value <= most
    high_enough = (above is None or value > above) and (least is None or value >= least)
    if not (low_enough and high_enough):
        start = f"above {above:g}" if above is not None else f"at least {least:g}"
        raise ValueError(f"{name} must be {start} and at most {most:g}, not {value:g}")
