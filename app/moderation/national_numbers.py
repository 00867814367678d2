"""National numbers of persons: their form, their check digits, and a word beside them where these prove little.

A form that a date, a timestamp or a phone number may have by chance counts only with a cue within 40 characters.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ssn

_CUE_WINDOW = 40


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool]
    cue: re.Pattern[str] | None


def _form(pattern: str, is_valid: Callable[[str], bool], cue: str | None = None) -> _Form:
    return _Form(
        re.compile(rf"(?<![\w.\-]){pattern}(?![\w]|[.\-]\d)"),
        is_valid,
        re.compile(cue, re.IGNORECASE) if cue else None,
    )


def _is_nino(number: str) -> bool:
    """UK national insurance numbers have no check digit; some prefixes are never given out."""
    return number[:2].upper() not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


_FORMS = (
    _form(r"\d{3}-\d{2}-\d{4}", ssn.is_valid),
    _form(r"\d{3}[ -]?\d{2}[ -]?\d{4}", ssn.is_valid, r"\bssn\b|social security"),
    _form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _is_nino),
    _form(r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, r"\bnhs\b"),
    _form(r"\d{2} \d{3} \d{3} \d{3}", idnr.is_valid),
    _form(r"\d{11}", idnr.is_valid, r"steuer|\bidnr|\btin\b|tax id"),
    _form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", nir.is_valid),
    _form(r"\d{8}[ -]?[A-Za-z]", dni.is_valid),
    _form(r"[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]", nie.is_valid),
    _form(r"[A-Za-z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]", codicefiscale.is_valid),
    _form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    _form(r"\d{11}", cpf.is_valid, r"\bcpf\b"),
    _form(r"\d{4}[. ]?\d{2}[. ]?\d{3}", bsn.is_valid, r"\bbsn\b|burgerservice|sofi"),
    _form(r"\d{11}", pesel.is_valid),
    _form(r"(?:\d{2})?\d{6}[-+]\d{4}", personnummer.is_valid),
    _form(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", hetu.is_valid),
    _form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", nn.is_valid),
    _form(r"756\.?\d{4}\.?\d{4}\.?\d{2}", ahv.is_valid),
    _form(r"\d{4} \d{4} \d{4}", aadhaar.is_valid),
    _form(r"\d{12}", aadhaar.is_valid, r"aadhaar|aadhar|आधार"),
    _form(r"\d{17}[0-9Xx]", ric.is_valid),
    _form(r"\d{6}-\d{7}", rrn.is_valid),
    _form(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", curp.is_valid),
    _form(r"\d{11}", tckimlik.is_valid, r"kimlik|\btc\b|t\.c\."),
    _form(r"\d{3}[ -]\d{3}[ -]\d{3}", sin.is_valid, r"\bsin\b|social insurance"),
)


def find_national_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Extents of numbers that identify a person somewhere; they may overlap."""
    for form in _FORMS:
        for match in form.pattern.finditer(text):
            around = text[max(0, match.start() - _CUE_WINDOW) : match.end() + _CUE_WINDOW]
            if (form.cue is None or form.cue.search(around)) and form.is_valid(match[0]):
                yield match.span()
