"""Made-up personal data in twelve formats, drawn from a seed, and numbers that are nobody's."""

import random
import string
from collections.abc import Callable, Iterator

from stdnum import iban, luhn
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.pl import pesel

Generator = random.Random


def _digits(generator: Generator, count: int) -> str:
    return "".join(generator.choices(string.digits, k=count))


def _letters(generator: Generator, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(generator.choices(alphabet, k=count))


def email(generator: Generator) -> str:
    name = _letters(generator, generator.randint(2, 9), string.ascii_lowercase)
    return generator.choice(
        [
            f"{name}@example.com",
            f"{name}.{_letters(generator, 5)}+news@mail.example.co.uk",
            f"{name}_{_digits(generator, 2)}@{name}.example",
            f"{name.upper()}@EXAMPLE.ORG",
            f"{name} [at] example [dot] net",
        ]
    )


def phone(generator: Generator) -> str:
    line = _digits(generator, 4)
    return generator.choice(
        [
            f"+1 (212) 555-{line}",
            f"(415) 736-{line}",
            f"+44 20 7946 {line}",
            f"+49 30 9018{line}",
            f"+33 1 42 68 {line[:2]} {line[2:]}",
            f"+91 98765 4{line}",
            f"0049 30 9018{line}",
            f"phone: 020 7946 {line}",
        ]
    )


def bank_account(generator: Generator) -> str:
    form = {"DE": "n" * 18, "GB": "BBBB" + "n" * 14, "NL": "BBBB" + "n" * 10, "FR": "n" * 10 + "n" * 13, "ES": "n" * 20}
    country = generator.choice(["DE", "NL", "GB"])
    bank = {"NL": "ABNA", "GB": "NWBK"}.get(country, "")
    rest = bank + "".join(generator.choice(string.digits) for place in form[country] if place == "n")
    digits = iban.calc_check_digits(f"{country}00{rest}")
    number = f"{country}{digits}{rest}"
    return generator.choice([number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))])


def card(generator: Generator) -> str:
    length, prefix = generator.choice([(16, "4"), (16, "51"), (16, "55"), (15, "34"), (15, "37"), (16, "6011")])
    number = prefix + _digits(generator, length - len(prefix) - 1)
    number += luhn.calc_check_digit(number)
    if length == 15:
        return generator.choice([number, f"{number[:4]} {number[4:10]} {number[10:]}"])
    separator = generator.choice(["", " ", "-"])
    return separator.join(number[at : at + 4] for at in range(0, 16, 4))


def ipv4(generator: Generator) -> str:
    return ".".join(str(generator.randint(11, 223)) for _ in range(4)).replace("127.", "126.", 1)


def ipv6(generator: Generator) -> str:
    groups = [_letters(generator, 4, "0123456789abcdef") for _ in range(8)]
    return generator.choice(
        [":".join(["2001", *groups[1:]]), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{groups[2]}:{groups[3]}:1"]
    )


def us_social_security(generator: Generator) -> str:
    return f"{generator.randint(1, 665):03}-{generator.randint(1, 99):02}-{generator.randint(1, 9999):04}"


def uk_insurance(generator: Generator) -> str:
    prefix = generator.choice("ABCEHJLMPRSW") + generator.choice("ACEHJLMPRSW")
    number = prefix + _digits(generator, 6) + generator.choice("ABCD")
    spaced = f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:8]} {number[8]}"
    return generator.choice([number, spaced])


def european_number(generator: Generator) -> str:
    day = f"{generator.randint(1, 28):02}"
    spanish, polish = (
        _digits(generator, 8),
        f"{generator.randint(50, 99)}{generator.randint(1, 12):02}{day}{_digits(generator, 4)}",
    )
    month, department = f"{generator.randint(1, 12):02}", f"{generator.randint(1, 95):02}"
    french = generator.choice("12") + _digits(generator, 2) + month + department + _digits(generator, 6)
    return generator.choice(
        [
            spanish + dni.calc_check_digit(spanish),
            polish + pesel.calc_check_digit(polish),
            french + nir.calc_check_digits(french),
        ]
    )


def brazilian_number(generator: Generator) -> str:
    digits = _digits(generator, 9)
    for _ in range(2):
        weighted = sum((len(digits) + 1 - place) * int(digit) for place, digit in enumerate(digits))
        digits += str(-weighted % 11 % 10 if -weighted % 11 < 10 else 0)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def secret_key(generator: Generator) -> str:
    return generator.choice(
        [
            "sk-" + _letters(generator, 48),
            "sk-ant-api03-" + _letters(generator, 60),
            "ghp_" + _letters(generator, 36),
            "AKIA" + _letters(generator, 16, string.ascii_uppercase + string.digits),
            "hf_" + _letters(generator, 34),
            "xoxb-" + _digits(generator, 12) + "-" + _letters(generator, 24),
            "AIza" + _letters(generator, 35),
            f"eyJ{_letters(generator, 20)}.eyJ{_letters(generator, 40)}.{_letters(generator, 43)}",
        ]
    )


def private_key(generator: Generator) -> str:
    kind = generator.choice(["", "RSA ", "EC ", "OPENSSH "])
    lines = "\n".join(_letters(generator, 64) for _ in range(4))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


FORMATS: dict[str, tuple[str, Callable[[Generator], str]]] = {
    "e-mail": ("email", email),
    "phone": ("phone", phone),
    "IBAN": ("iban", bank_account),
    "card": ("card", card),
    "IPv4": ("ip", ipv4),
    "IPv6": ("ip", ipv6),
    "US social security": ("national_number", us_social_security),
    "UK insurance": ("national_number", uk_insurance),
    "Spain, Poland, France": ("national_number", european_number),
    "Brazil": ("national_number", brazilian_number),
    "token": ("secret", secret_key),
    "private key": ("secret", private_key),
}
FRAMES = (
    "{}",
    "My data: {}.",
    "Please use {} for it, thanks!",
    "({})",
    "\n- {}\n",
    "a,{},b",
    'It is "{}", I think',
    "see **{}** below",
)


def planted(count: int, seed: int) -> Iterator[tuple[str, str, str, str]]:
    """(format, kind, the data, a text that holds it), as many of each format as of any other."""
    generator = random.Random(seed)
    for index in range(count):
        name = list(FORMATS)[index % len(FORMATS)]
        kind, make = FORMATS[name]
        data = make(generator)
        yield name, kind, data, generator.choice(FRAMES).format(data)


INNOCENT = r"""
Today is 2024-01-15, and tomorrow 16.01.2024 or 01/17/2024.
At 12:30:45 the train left; at 12:31 it was gone.
2026-11-21T10:31:45.123456Z is a timestamp, and so are 1700000000, 1700000000000 and 1700000000123456.
Version 10.0.19041.1 follows 10.0.18363.418, and v1.2.3.4 is older.
pip install torch==2.1.0.1 numpy>=1.26.4
Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.6099.109 Safari/537.36
Assembly version: 4.0.30319.42000
See section 3.2.1.4 and chapter 1.2.3.4 of the handbook.
ISBN 978-3-16-148410-0, ISBN 0-306-40615-2, ISBN 9783161484100
ISSN 2049-3630, DOI 10.1000/182, arXiv:2306.05685v4
pi = 3.14159265358979323846264338327950288419716939937510
e is 2.718281828459045, and phi is 1.6180339887498948482
2^64 = 18446744073709551616 and 2^53 = 9007199254740992
10! = 3628800, 20! = 2432902008176640000
1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987
123456789 + 987654321 = 1111111110
12345678901234567890 is a long number
x = 0x7fffffff; y = 0b101010; z = 1e-10; w = 6.02214076e23
for (int i = 0; i < 1000000; i++) { a[i] = i * 2654435761; }
std::vector<int> a; foo::bar::baz(); a::b; Face::add(1);
if (d[1:2]) { e[::2] }; x[1:10:2]; list[::-1]
C0:FF:EE:12:34:56 is the address of a card, not of a person.
The ratio is 1:2:3, the score 4:3, the aspect 16:9
127.0.0.1, ::1, 0.0.0.0 and 255.255.255.0 are everybody's.
550e8400-e29b-41d4-a716-446655440000
d41d8cd98f00b204e9800998ecf8427e
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
git checkout 4288b2b; git clone git@github.com:someone/project.git
@app.route("/users/<id>") and @pytest.mark.parametrize
The price is $1,234,567.89 or 1.234.567,89 EUR or 12 345 678 kr.
In 1848, 1918-1919 and 1989-1990 much happened.
The years 1914-1918 and 1939-1945, pages 123-456
The matrix [[1, 2, 3], [4, 5, 6], [7, 8, 9]] is singular.
100 200 300 400 500 600 700 800
1000000000000000, 5000000000000000
lat 52.5200066, lon 13.4049540
Population: 8 045 311 447 people
Order 4711, invoice 2024-000123, flight LH 1234, room 5-119
ZIP 90210-1234, postcode SW1A 1AA, 10115 Berlin
AB 12 is a seat; GB 12 34 56 78 A is a plate.
RFC 9457, IEEE 754-2008, ISO 8601:2004, EN 60601-1-2
call(1234567890) and tel(x)
The number 12345678 is even, and 12345678901 is odd.
Add 4242 4242 and 1234 1234.
sk-learn, sk-short, hf_model, ghp_x and AKIA are no keys.
SELECT * FROM t WHERE id IN (10001, 10002, 10003, 10004);
0.4111111111111111 is a fraction
1.5.2.9 (build 7) [release 3.4.5.6]
3-4-5 and 5-12-13 are triangles; 8-15-17 too
The IBAN has a country code like DE, and two digits.
A date such as 850505-12 is short.
E = 1.602176634e-19, c = 299792458, h = 6.62607015e-34
""".strip().splitlines()
