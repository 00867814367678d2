"""Addresses that lead to 127.0.0.1 or another network that is not public, in all the ways we know to write them."""

import itertools
from collections.abc import Iterator

NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450::1"]

_LOOPBACK_IN_SIX = [
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "::0:1",
    "0::1",
    "::00:01",
    "::0001",
    "::ffff:7f00:1",
    "::ffff:7f00:0001",
    "::FFFF:127.0.0.1",
    "0:0:0:0:0:ffff:127.0.0.1",
    "0:0:0:0:0:FFFF:7F00:1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:FF9B:0:0:0:0:127.0.0.1",
    "2002:7F00:0001::",
    "fe80::1%25lo",
    "fe80::1%lo",
    "::1%25lo",
    "::1%1",
    "::ffff:127.1",
    "::ffff:0x7f.0.0.1",
    "127.0.0.1",
    "localhost",
    "",
    "v1.127.0.0.1",
]
_DIGITS = {"fullwidth": 0xFF10, "bold": 0x1D7CE, "double": 0x1D7D8, "sans": 0x1D7E2, "mono": 0x1D7F6, "arabic": 0x0660}
_DOTS = ["。", "．", "｡", "\u2024", "%2e", "%E3%80%82"]  # noqa: RUF001 (dots that look alike are the point)
_NAMES = [
    "localhost",
    "LOCALHOST",
    "LocalHost",
    "localhost.",
    "localhost.localdomain",
    "foo.localhost",
    "loopback",
    "ip6-localhost",
    "127.0.0.1.nip.example",
    "metadata.google.internal",
    "xn--lcalhost-54a.example",
    "lоcalhost.example",  # noqa: RUF001 (a Cyrillic letter)
    "bücher.example",
    "日本.example",
    "_dmarc.example",
    "0x7f.example",
    "a" * 63 + ".example",
]


def forms(port: int) -> Iterator[str]:
    """Base URLs. Names are for a resolver that says 127.0.0.1 to all of them."""
    for host in _hosts():
        yield f"http://{host}:{port}/v1"
    for scheme in ("https", "HTTP", "hTTps"):
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"):
            yield f"{scheme}://{host}:{port}/v1"
    yield from _tricks(port)


def _hosts() -> Iterator[str]:
    yield from _numbers((127, 0, 0, 1))
    yield from _short((169, 254, 169, 254))
    yield from _short((10, 0, 0, 1))
    yield from _short((192, 168, 0, 1))
    for address in NOT_PUBLIC:
        yield f"[{address}]" if ":" in address else address
    for address in _LOOPBACK_IN_SIX:
        yield f"[{address}]"
    for zero in _DIGITS.values():
        digits = str.maketrans("0123456789", "".join(chr(zero + digit) for digit in range(10)))
        yield "127.0.0.1".translate(digits)
        yield "2130706433".translate(digits)
    for dot in _DOTS:
        yield dot.join(["127", "0", "0", "1"])
    yield from ("①②⑦.⓪.⓪.①", "⑫7.0.0.1", "%31%32%37.0.0.1", "127.0.0.%31", "1\u200b27.0.0.1", "127.0.0.1\u00ad")
    yield from ("127.0.0.1.", "127.0.0.1..", ".127.0.0.1", "127..0.1", "0127.0.0.1", "127.0.0.01", "127.0.0.1%00")
    yield from ("127.0.0.0x1", "0x7f000001.", "256.256.256.256", "4294967297", "-1", "1e9", "127.0.0.1,1.1.1.1")
    yield from _NAMES
    yield from ("ｌocalhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "local\u00adhost", "loc%61lhost", "localhost%00.example", "lo calhost")  # noqa: RUF001


def _numbers(address: tuple[int, int, int, int]) -> Iterator[str]:
    """Every way of inet_aton: one to four numbers, each of them decimal, octal or hexadecimal."""
    ways = ("{:d}", "0{:o}", "0x{:x}")
    for parts in range(1, 5):
        *heads, tail = _parts(address, parts)
        for form in itertools.product(ways, repeat=parts):
            yield ".".join(way.format(number) for way, number in zip(form, [*heads, tail], strict=True))


def _short(address: tuple[int, int, int, int]) -> Iterator[str]:
    for parts in (1, 2, 3):
        for way in ("{:d}", "0{:o}", "0x{:x}", "0X{:08X}"):
            yield ".".join(way.format(number) for number in _parts(address, parts))


def _parts(address: tuple[int, int, int, int], parts: int) -> list[int]:
    """The last number holds all that the ones before it leave."""
    heads, rest = address[: parts - 1], address[parts - 1 :]
    return [*heads, int.from_bytes(bytes(rest), "big")]


def _tricks(port: int) -> Iterator[str]:
    inside = f"127.0.0.1:{port}"
    outside = "service.example"
    for user in (
        "user",
        "user:word",
        "",
        ":",
        outside,
        f"{outside}:80",
        f"{outside}%2f",
        "%40",
        f"{outside}%23",
        "a@b",
    ):
        yield f"http://{user}@{inside}/v1"
    yield from (
        f"http://{inside}#@{outside}/",
        f"http://{inside}?@{outside}/",
        f"http://{inside}\\@{outside}/",
        f"http://{outside}\\@{inside}/",
        f"http://{outside}/\\@{inside}/",
        f"http:\\\\{inside}/v1",
        f"http:/{inside}/v1",
        f"http:{inside}/v1",
        f"http:///{inside}/v1",
        f"http:////{inside}/v1",
        f"//{inside}/v1",
        f"{inside}/v1",
        f" http://{inside}/v1",
        f"http://{inside}/v1\n",
        f"http://{inside}/v1\r\nHost: {outside}",
        f"ht\ntp://{inside}/v1",
        f"http://\t{inside}/v1",
        f"http://{outside} @{inside}/v1",
        f"http://{outside}\x00@{inside}/v1",
        f"http://{outside}&@{inside}/v1",
        f"http://{inside}@{outside}@{inside}/v1",
        f"http://127.0.0.1:{port}:80/v1",
        f"http://127.0.0.1:+{port}/v1",
        f"http://127.0.0.1:0{port}/v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:99999999/v1",
        "http://127.0.0.1:-1/v1",
        f"http://[{inside}]/v1",
        f"http://[::1]{port}/v1",
        f"http://[::1:{port}/v1",
        f"http://::1:{port}/v1",
        f"http://::1]:{port}/v1",
        "http:///v1",
        "http://",
        "http://:80/v1",
        f"ftp://{inside}/v1",
        f"file://{inside}/etc/passwd",
        "file:///etc/passwd",
        f"gopher://{inside}/_GET",
        f"dict://{inside}/",
        f"ws://{inside}/v1",
        f"unix://{inside}/v1",
        f"javascript://{inside}/",
        f"jar:http://{inside}!/",
        f"url:http://{inside}/v1",
        f"http+unix://{inside}/v1",
        f"httpx://{inside}/v1",
    )
