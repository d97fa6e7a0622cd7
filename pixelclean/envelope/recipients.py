"""Recipients: the certificates of those who shall be able to open an envelope."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import PublicKeyAlgorithmOID

from pixelclean.envelope.files import content_of, is_pem
from pixelclean.errors import ConfigurationError

_SHORTEST_KEY = 2048
"""Bits of an RSA modulus; PS3.15 names no least size, NIST SP 800-57 counts shorter ones as broken."""


@final
@dataclass(frozen=True, slots=True)
class Recipients:
    """At least one X.509 certificate with an RSA key, DER, each once."""

    certificates: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.certificates:
            raise ConfigurationError("nobody is named who could open what is encrypted: give a recipient's certificate")

    @classmethod
    def load(cls, paths: Iterable[Path]) -> Self:
        """The certificates in these files, PEM or DER, one in each.

        ConfigurationError, with the name of the file: not one certificate, not RSA, shorter than 2048 bits, without a
        Subject Key Identifier, not meant for encrypting keys, not valid yet, or expired.  What is sealed for somebody who
        let the certificate run out, and perhaps lost the key with it, may never be read again; so nothing starts with
        such a one.
        """
        now = datetime.now(UTC)
        return cls(tuple(dict.fromkeys(_usable(path, now).public_bytes(Encoding.DER) for path in paths)))

    @property
    def digest(self) -> str:
        """SHA-256 in hex that names this set of certificates, in whatever order they were given."""
        each = sorted(hashlib.sha256(certificate).digest() for certificate in self.certificates)
        return hashlib.sha256(b"".join(each)).hexdigest()


def certificate_in(path: Path) -> x509.Certificate:
    """The one certificate in a file; ConfigurationError where there is not exactly one."""
    content = content_of(path, "certificate")
    try:
        loaded = (
            x509.load_pem_x509_certificates(content) if is_pem(content) else [x509.load_der_x509_certificate(content)]
        )
        for certificate in loaded:
            certificate.extensions  # noqa: B018 - they are read late, and may be broken
    except Exception:  # noqa: BLE001 - broken certificates raise many things
        raise ConfigurationError(f"{path} is not a certificate (X.509, PEM or DER)") from None
    if len(loaded) != 1:
        # In a chain, the issuer would become a recipient as well.
        raise ConfigurationError(f"{path} holds {len(loaded)} certificates: give each recipient's in a file of its own")
    return loaded[0]


def rsa_key_of(certificate: x509.Certificate, path: Path) -> RSAPublicKey:
    """The public key; ConfigurationError where it is none for encryption by RSA."""
    try:
        key = certificate.public_key()
    except Exception:  # noqa: BLE001 - unknown and broken keys raise many things
        key = None
    # A certificate may say of an RSA key that it signs only (id-RSASSA-PSS).
    if certificate.public_key_algorithm_oid != PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5 or not isinstance(
        key, RSAPublicKey
    ):
        raise ConfigurationError(f"the certificate {path} has no RSA key; the profile encrypts with RSA (PS3.15 E.1.1)")
    return key


def key_identifier(certificate: x509.Certificate) -> bytes | None:
    """The Subject Key Identifier that the certificate gives itself (RFC 5280 4.2.1.2)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _usable(path: Path, now: datetime) -> x509.Certificate:
    certificate = certificate_in(path)
    bits = rsa_key_of(certificate, path).key_size
    if bits < _SHORTEST_KEY:
        raise ConfigurationError(
            f"the RSA key of the certificate {path} has {bits} bits; at least {_SHORTEST_KEY} are safe"
        )
    if not key_identifier(certificate):
        # Envelopes leave with de-identified objects, and anybody could read there who issued it (sealing.py).
        raise ConfigurationError(
            f"the certificate {path} has no Subject Key Identifier, so that its issuer would be readable in every output; "
            "ask for one that has, as `openssl req -x509 ... -addext subjectKeyIdentifier=hash` makes it"
        )
    if not _may_encrypt_keys(certificate):
        raise ConfigurationError(f"the certificate {path} is not meant for encrypting keys (Key Usage)")
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < first:
        raise ConfigurationError(f"the certificate {path} is valid from {first:%Y-%m-%d} on only")
    if now > last:
        raise ConfigurationError(f"the certificate {path} expired on {last:%Y-%m-%d}; ask the recipient for a new one")
    return certificate


def _may_encrypt_keys(certificate: x509.Certificate) -> bool:
    """RFC 5280 4.2.1.3: where Key Usage is there, it says so."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
    except x509.ExtensionNotFound:
        return True
