"""RSA keys and certificates of invented recipients, made in the tests, and the programs that give a second opinion."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from pixelclean.envelope import PrivateKey, Recipients

ISSUER = "Sentinel House Authority"

needs_gdcmanon = pytest.mark.skipif(
    shutil.which("gdcmanon") is None, reason="NO SECOND OPINION: gdcmanon is absent (apt-get install libgdcm-tools)"
)
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="NO SECOND OPINION: openssl is absent (apt-get install openssl)"
)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """The key of an invented recipient, the same for the whole session; that of "short" is too short."""
    return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)


def certificate(name: str, *, identified: bool = True) -> x509.Certificate:
    """The certificate of an invented recipient, valid now; `identified`: with a Subject Key Identifier."""
    return _certificate(name, identified)


@cache  # by both arguments; a default that is left out would count as another call
def _certificate(name: str, identified: bool) -> x509.Certificate:
    return signed(builder(rsa_key(name).public_key(), identified=identified))


def builder(
    public: rsa.RSAPublicKey, *, identified: bool = True, first: int = -1, last: int = 30
) -> x509.CertificateBuilder:
    """A certificate to be signed, valid from `first` to `last` days from now."""
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Recipient of a test")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, ISSUER)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=first))
        .not_valid_after(now + timedelta(days=last))
    )
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False) if identified else made


def signed(unsigned: x509.CertificateBuilder) -> x509.Certificate:
    """The certificate, signed by nobody in particular."""
    return unsigned.sign(rsa_key("authority"), hashes.SHA256())


def recipients(*names: str, identified: bool = True) -> Recipients:
    """These invented recipients."""
    made = (certificate(name, identified=identified).public_bytes(Encoding.DER) for name in names)
    return Recipients(tuple(made))


def private_key(name: str) -> PrivateKey:
    """The private key of an invented recipient, without a certificate."""
    return PrivateKey(rsa_key(name))


def key_file(folder: Path, name: str, passphrase: bytes | None = None) -> Path:
    """A private key as `openssl genpkey` leaves it: PEM, PKCS #8, readable by its owner only."""
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path = folder / f"{name}.key.pem"
    path.write_bytes(rsa_key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
    path.chmod(0o600)
    return path


def certificate_file(folder: Path, name: str, *, identified: bool = True) -> Path:
    """A certificate, PEM."""
    path = folder / f"{name}.cert.pem"
    path.write_bytes(certificate(name, identified=identified).public_bytes(Encoding.PEM))
    return path


def run(*command: object) -> None:
    """Run a program that must succeed."""
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=120)
