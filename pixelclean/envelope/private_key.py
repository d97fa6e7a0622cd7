"""PrivateKey: the secret half of a recipient's key pair, and by what envelopes name its owner."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self, final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from pixelclean.envelope.files import content_of, is_pem, verify_private
from pixelclean.envelope.recipients import certificate_in, rsa_key_of
from pixelclean.errors import ConfigurationError


@final
@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """An RSA private key; with its certificate, an envelope's entry for it is looked up instead of tried out."""

    rsa: RSAPrivateKey
    certificate: x509.Certificate | None = None

    def __repr__(self) -> str:
        return f"PrivateKey({self.rsa.key_size} bits)"

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None, certificate: Path | None = None) -> Self:
        """The key in a PEM or DER file (PKCS #8 or PKCS #1).

        ConfigurationError, with the name of the file: no key, not RSA, a passphrase that is missing, wrong or not wanted,
        without a passphrase and readable by others; or the certificate is another key's.
        """
        key = _loaded(content_of(path, "private key"), path, passphrase)
        if passphrase is None:
            verify_private(path, "private key")
        if certificate is None:
            return cls(key)
        shown = certificate_in(certificate)
        if rsa_key_of(shown, certificate).public_numbers() != key.public_key().public_numbers():
            raise ConfigurationError(f"the certificate {certificate} does not belong to the private key {path}")
        return cls(key, shown)


def passphrase_in(path: Path) -> bytes:
    """The first line of a file that is private to its owner."""
    verify_private(path, "passphrase file")
    line, *_ = content_of(path, "passphrase file").splitlines() or [b""]
    if not line:
        raise ConfigurationError(f"the passphrase file {path} has an empty first line")
    return line


def _loaded(content: bytes, path: Path, passphrase: bytes | None) -> RSAPrivateKey:
    load = load_pem_private_key if is_pem(content) else load_der_private_key
    try:
        key = load(content, passphrase)
    except TypeError:
        wanted = "is encrypted: give its passphrase" if passphrase is None else "is not encrypted: give no passphrase"
        raise ConfigurationError(f"the private key {path} {wanted}") from None
    except Exception:  # noqa: BLE001 - broken files, unknown kinds and wrong passphrases raise many things
        cause = "is not a private key (PEM or DER)" if passphrase is None else "is not a private key of this passphrase"
        raise ConfigurationError(f"{path} {cause}") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError(f"the private key {path} is no RSA key; the profile encrypts with RSA (PS3.15 E.1.1)")
    return key
