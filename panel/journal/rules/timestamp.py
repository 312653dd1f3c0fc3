"""Time-stamps of a time-stamp authority (RFC 3161): the question, and whether the answer is one to it. Pure.

What is checked: the status, that the token names exactly our hash and our nonce, and that the certificate in it, made for
time-stamping, signed it (CMS, RFC 5652). Whether that authority is to be trusted is for whoever reads the token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from panel.journal.rules import der
from panel.journal.rules.der import NULL, OCTETS, SEQUENCE, SET, DerError, Value

SHA256 = "2.16.840.1.101.3.4.2.1"
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
HASHES: dict[str, hashes.HashAlgorithm] = {
    SHA256: hashes.SHA256(), "2.16.840.1.101.3.4.2.2": hashes.SHA384(), "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}  # fmt: skip
GRANTED = {0, 1}
CERTIFICATES, ATTRIBUTES, BOOLEAN_TRUE, GENERALIZED_TIME = 0xA0, 0xA0, b"\x01\x01\xff", 0x18
MALFORMED = (DerError, ValueError, IndexError, KeyError, TypeError, StopIteration)
ODD_CERTIFICATES = (
    UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
    x509.AttributeNotFound,
)  # fmt: skip
TYPES = ("application/timestamp-query", "application/timestamp-reply")


class StampError(ValueError):
    """The answer is no time-stamp of what was asked."""


@dataclass(frozen=True)
class Stamp:
    """`token` is the DER of the token alone, as `openssl ts -verify -token_in` takes it; `by` the authority's name."""

    token: bytes
    at: datetime
    by: str
    serial: int


def question(data: bytes, nonce: int) -> bytes:
    """The request for a time-stamp of the SHA-256 of `data`, with the authority's certificate."""
    algorithm = der.write(SEQUENCE, der.oid(SHA256), der.write(NULL))
    imprint = der.write(SEQUENCE, algorithm, der.write(OCTETS, sha256(data).digest()))
    return der.write(SEQUENCE, der.integer(1), imprint, der.integer(nonce), BOOLEAN_TRUE)


def answer(reply: bytes, data: bytes, nonce: int) -> Stamp:
    """Raises StampError."""
    try:
        return _check(_granted(der.read(reply)), data, nonce)
    except StampError:
        raise
    except (*MALFORMED, *ODD_CERTIFICATES) as error:
        raise StampError("the answer is malformed") from error


def _granted(reply: Value) -> Value:
    status, *token = reply.parts()
    if status.parts()[0].number not in GRANTED or not token:
        raise StampError("the authority granted none")
    return token[0]


def _check(token: Value, data: bytes, nonce: int) -> Stamp:
    kind, content = token.parts()
    if kind.oid != SIGNED_DATA:
        raise StampError("the token is not signed")
    signed = content.parts()[0].parts()
    inner, octets = signed[2].parts()
    if inner.oid != TST_INFO:
        raise StampError("the token says something else than a time")
    info = octets.parts()[0].content
    told = der.read(info).parts()
    imprint, serial, at = told[2].parts(), told[3].number, told[4]
    if imprint[0].parts()[0].oid != SHA256 or imprint[1].content != sha256(data).digest():
        raise StampError("the token is about something else")
    if nonce not in [one.number for one in told[5:] if one.tag == der.INTEGER]:
        raise StampError("the token answers another question")
    certificates = [one.whole for one in next(one for one in signed[3:] if one.tag == CERTIFICATES)]
    signer = signed[-1].parts()[0].parts()
    by = _signed_by(signer, info, [x509.load_der_x509_certificate(one) for one in certificates])
    return Stamp(token.whole, _instant(at), by, serial)


def _signed_by(signer: list[Value], info: bytes, certificates: list[x509.Certificate]) -> str:
    """The name of the certificate whose key made this SignerInfo. Raises StampError."""
    algorithm = HASHES[signer[2].parts()[0].oid]
    place = next(n for n, one in enumerate(signer) if one.tag == ATTRIBUTES)
    digest = hashes.Hash(algorithm)
    digest.update(info)
    wanted = digest.finalize()
    found = {one.parts()[0].oid: one.parts()[1].parts()[0].content for one in signer[place]}
    if found.get(MESSAGE_DIGEST) != wanted:
        raise StampError("the token's hash is another one")
    message, signature = der.write(SET, signer[place].content), signer[place + 2].content
    for one in certificates:
        if _stamps(one) and _holds(one.public_key(), signature, message, algorithm):
            return one.subject.rfc4514_string()
    raise StampError("no certificate for time-stamping in it made the signature")


def _stamps(one: x509.Certificate) -> bool:
    try:
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def _holds(public: object, signature: bytes, message: bytes, algorithm: hashes.HashAlgorithm) -> bool:
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _instant(value: Value) -> datetime:
    text = value.content.decode("ascii")
    if value.tag != GENERALIZED_TIME or not text.endswith("Z"):
        raise StampError("the time is malformed")
    seconds, _dot, fraction = text[:-1].partition(".")
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return datetime.strptime(seconds, "%Y%m%d%H%M%S").replace(microsecond=micro, tzinfo=UTC)
