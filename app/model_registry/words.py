"""Amounts, times, settings and failures in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

MISSING = "\N{EN DASH}"
_LONGEST = 60


def money(amount: Decimal | None) -> str:
    """US dollars: two digits, or as many as show that it is not nothing."""
    if amount is None:
        return MISSING
    if amount == 0 or amount >= 1:
        return f"${amount:,.2f}"
    shown = f"{amount:.8f}".rstrip("0")
    return f"${shown}" if len(shown) > len("0.00") else f"${amount:.2f}"


def seconds(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def settings_in_words(settings: Mapping[str, Any]) -> str:
    """Such as "temperature 0.7, system prompt “Be brief.”"; empty where there are none."""
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in settings.items())


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value[:_LONGEST]}{'…' if len(value) > _LONGEST else ''}”"
    if isinstance(value, list):
        return " ".join(map(_value, value))
    if isinstance(value, dict):
        return f"({settings_in_words(value)})"
    return str(value)


class Failure(NamedTuple):
    """Why a call failed, to stand after "because", and what to do about it."""

    why: str
    advice: str


FAILURES: dict[str, Failure] = {
    "unreachable": Failure(
        "its address could not be reached",
        "Check the address on the provider's page, and that the server there runs.",
    ),
    "first_fragment_timeout": Failure(
        "it did not begin in time",
        "Try again; if it stays so, raise “Seconds until it begins” under prices and limits.",
    ),
    "whole_timeout": Failure(
        "it did not come to an end in time",
        "Lower its most tokens in a new version, or raise “Seconds until it is done” under prices and limits.",
    ),
    "refused": Failure(
        "the service refused to serve us",
        "Check the credential and the address on the provider's page, and the name that the provider knows it by.",
    ),
    "not_accepted": Failure(
        "the service did not accept the request",
        "It may forbid the question, or not know a setting. Try another question, then a version without that.",
    ),
    "rate_limited": Failure(
        "the service takes no more calls at the moment",
        "Wait a little; if it stays so, lower “Calls at once” or ask the service for a higher limit.",
    ),
    "service_failed": Failure(
        "the service has failed or is overloaded", "Try again in a few minutes, and see what the service says."
    ),
    "broke_off": Failure(
        "it broke off in the middle", "Try again; if it stays so, look into the log of the server there."
    ),
    "not_understood": Failure(
        "what came back is not what the protocol allows",
        "Check the address and the kind of the provider: something else may answer there.",
    ),
    "too_long": Failure("its answer was longer than is read", "Set its most tokens in a new version."),
    "forbidden_address": Failure(
        "its address lies in a network that calls may not reach",
        "An administrator can allow it on the provider's page.",
    ),
    "misconfigured": Failure(
        "its provider's address or options cannot be", "Add a provider with others, and a new version that it serves."
    ),
    "busy": Failure(
        "as many calls as are allowed at once were under way", "Try again in a moment, or raise “Calls at once”."
    ),
    "circuit_open": Failure("too many calls before had failed", "It is tried again in a while."),
    "failed": Failure("something failed that has no name yet", "Try again; the server's log may say more."),
    "budget_spent": Failure("its budget of the day was spent", "Raise the budget, or wait until midnight UTC."),
}


def failure_of(error: str) -> Failure:
    """The failure of a kind, as records of calls keep it."""
    return FAILURES.get(error, FAILURES["failed"])


def why(error: str) -> str:
    return failure_of(error).why
