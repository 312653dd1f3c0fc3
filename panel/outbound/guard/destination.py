"""The one reading of a URL that may be called. Strict: what two parsers could read differently is refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import idna

from panel.outbound.guard.errors import EgressError

MAX_LENGTH: Final = 2048
_SHAPE: Final = re.compile(r"(?P<scheme>[A-Za-z]{1,8})://(?P<authority>[^/?#]+)(?P<rest>(?:[/?][!\"$-~]*)?)", re.ASCII)
_HOST_PORT: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\[\]:]+)(?::(?P<port>[1-9][0-9]{0,4}))?", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_QUAD: Final = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})", re.ASCII)
# The end of a host that some resolver takes for a number: decimal, octal, hexadecimal (WHATWG URL, "ends in a number").
_NUMERIC: Final = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)", re.ASCII)
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Destination:
    """`host` is a lower-case ASCII name or the plain spelling of an address; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str
    address: IPv4Address | IPv6Address | None = None

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    @property
    def key(self) -> tuple[str, int]:
        return self.host, self.port


def parse(url: str) -> Destination:
    """Raises EgressError("refused_url") with the reason."""
    if len(url) > MAX_LENGTH:
        raise _refused("it is too long")
    if "\\" in url or any(char <= " " or "\x7f" <= char <= "\xa0" for char in url):
        raise _refused("it holds a space, a backslash or a control character")
    shape = _SHAPE.fullmatch(url)
    if shape is None:
        raise _refused("it is not of the form https://host/path")
    scheme = shape["scheme"].lower()
    if scheme not in _PORTS:
        raise _refused("only https and http are spoken")
    host, port, address = _authority(shape["authority"])
    port = port or _PORTS[scheme]
    target = shape["rest"] if shape["rest"].startswith("/") else "/" + shape["rest"]
    return Destination(scheme, host, port, target, address)


def host_and_port(text: str) -> tuple[str, int]:
    """One `host:port` of the allow-list, read as strictly as a URL. Raises EgressError."""
    host, port, _ = _authority(text)
    if not port:
        raise _refused("a host on the allow-list needs its port, such as llm.internal:8443")
    return host, port


def _authority(text: str) -> tuple[str, int, IPv4Address | IPv6Address | None]:
    if "@" in text or "%" in text:
        raise _refused("a user name, a password or an escape has no place before the path")
    parts = _HOST_PORT.fullmatch(text)
    if parts is None or int(parts["port"] or 1) > 65535:
        raise _refused("host or port cannot be read")
    host, port = parts["host"], int(parts["port"] or 0)
    if host.startswith("["):
        return _ipv6(host[1:-1], port)
    name = _ascii(host)
    if _NUMERIC.fullmatch(name.rpartition(".")[2]):
        return name, port, _ipv4(name)
    return name, port, None


def _ipv6(text: str, port: int) -> tuple[str, int, IPv6Address]:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise _refused("the IPv6 address cannot be read") from None
    return str(address), port, address


def _ipv4(name: str) -> IPv4Address:
    if not _QUAD.fullmatch(name):
        raise _refused("an IPv4 address is written as four decimal numbers")
    try:
        return IPv4Address(name)
    except ValueError:
        raise _refused("an IPv4 address is written as four decimal numbers") from None


def _ascii(host: str) -> str:
    name = host.lower()
    if not name.isascii():
        if any(dot in name for dot in "\u3002\uff0e\uff61"):
            raise _refused("the dots between the parts of a host are full stops")
        try:
            name = idna.encode(host.lower(), std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise _refused("the host has characters that a name cannot have") from None
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise _refused("the host has characters that a name cannot have")
    return name


def _refused(reason: str) -> EgressError:
    return EgressError("refused_url", f"This address cannot be used: {reason}.")
