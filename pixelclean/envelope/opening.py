"""Opening: enveloped-data (RFC 5652 6) and a private key -> content.

What is opened was made by somebody else, perhaps to do harm: every error is one reason code without any detail of a
library, and an envelope that two of its entries open in different ways is not opened.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from pixelclean.envelope.ber import definite
from pixelclean.envelope.ciphers import CIPHERS, BlockCipher
from pixelclean.envelope.private_key import PrivateKey
from pixelclean.envelope.recipients import key_identifier
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_MOST_ENTRIES, _MOST_KEYS = 1000, 16
_AMBIGUOUS = "several recipients fit this private key: name its certificate"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - the default of RSAES-OAEP, where no collision helps an attacker
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def open_envelope(sealed: bytes, key: PrivateKey) -> bytes:
    """The content of an envelope, BER or DER, that names the owner of `key` among its recipients.

    Raises Refused(CANNOT_DECRYPT): not enveloped-data, an unknown cipher, not for this key, or damaged.
    """
    try:
        envelope = _read(sealed)
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - what asn1crypto raises has no common base, and its messages stay with it
        raise _refused("not an enveloped-data") from None
    ours = _ours(envelope.entries, key.certificate)
    keys = {content_key for entry in ours for content_key in _keys(entry, envelope.cipher, key.rsa)}
    if len(keys) > _MOST_KEYS:
        raise _refused(_AMBIGUOUS)
    contents = {content for content_key in keys for content in _contents(envelope, content_key)}
    if not contents:
        raise _refused("not for this private key, or damaged")
    if len(contents) > 1:
        raise _refused(_AMBIGUOUS)
    return contents.pop()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One recipient's copy of the content's key, how it is encrypted, and by what it names the recipient."""

    issuer: bytes | None
    serial: int | None
    identifier: bytes | None
    padding: AsymmetricPadding
    encrypted_key: bytes

    def names(self, certificate: x509.Certificate) -> bool:
        """Whether it is for the owner of this certificate."""
        if self.identifier is not None:
            return self.identifier == key_identifier(certificate)
        return (self.issuer, self.serial) == (certificate.issuer.public_bytes(), certificate.serial_number)


@dataclass(frozen=True, slots=True)
class _Envelope:
    entries: tuple[_Entry, ...]
    cipher: BlockCipher
    vector: bytes
    content: bytes


def _read(sealed: bytes) -> _Envelope:
    """The parts of an envelope; what stands behind it is padding to an even length (PS3.5 6.2, OB)."""
    outer = cms.ContentInfo.load(definite(sealed))
    if outer["content_type"].native != "enveloped_data":
        raise _refused("not an enveloped-data")
    inner = outer["content"]["encrypted_content_info"]
    algorithm = inner["content_encryption_algorithm"]
    cipher = CIPHERS.get(algorithm["algorithm"].dotted)
    if cipher is None:
        raise _refused("neither AES nor Triple-DES in CBC mode")
    content, vector = inner["encrypted_content"].native, algorithm["parameters"].native
    if inner["content_type"].native != "data" or content is None or len(vector) != cipher.block_bytes:
        raise _refused("not an enveloped-data with content")
    entries = outer["content"]["recipient_infos"]
    if len(entries) > _MOST_ENTRIES:
        raise _refused(f"more than {_MOST_ENTRIES} recipients")
    return _Envelope(tuple(_entries(entries)), cipher, vector, content)


def _entries(infos: Any) -> Iterator[_Entry]:
    """The entries for RSA keys; those by passwords, key agreement and shared keys are not for us."""
    for info in infos:
        padding = _padding(info.chosen["key_encryption_algorithm"]) if info.name == "ktri" else None
        if padding is None:
            continue
        entry, name = info.chosen, info.chosen["rid"]
        if name.name == "subject_key_identifier":
            yield _Entry(None, None, name.native, padding, entry["encrypted_key"].native)
        else:
            issuer, serial = name.chosen["issuer"].dump(), name.chosen["serial_number"].native
            yield _Entry(issuer, serial, None, padding, entry["encrypted_key"].native)


def _padding(algorithm: Any) -> AsymmetricPadding | None:
    """How the key is padded; None where it is not encrypted by RSA, or in a way that we do not know."""
    match algorithm["algorithm"].dotted:
        case "1.2.840.113549.1.1.1":  # rsaEncryption
            return PKCS1v15()
        case "1.2.840.113549.1.1.7":  # id-RSAES-OAEP
            return _oaep(algorithm["parameters"])
        case _:
            return None


def _oaep(parameters: Any) -> OAEP | None:
    """RFC 8017 A.2.1."""
    mask = parameters["mask_gen_algorithm"]
    digest = _HASHES.get(parameters["hash_algorithm"]["algorithm"].native)
    masking = _HASHES.get(mask["parameters"]["algorithm"].native)
    if digest is None or masking is None or mask["algorithm"].native != "mgf1":
        return None
    label = parameters["p_source_algorithm"]["parameters"].native
    return OAEP(MGF1(masking), digest, label or None)


def _ours(entries: tuple[_Entry, ...], certificate: x509.Certificate | None) -> tuple[_Entry, ...]:
    """The entries that may be for us: those that name the certificate, all of them where there is none."""
    if not entries:
        raise _refused("no recipient by RSA")
    if certificate is None:
        return entries
    named = tuple(entry for entry in entries if entry.names(certificate))
    if not named:
        raise _refused("not for this certificate")
    return named


def _keys(entry: _Entry, cipher: BlockCipher, rsa: RSAPrivateKey) -> Iterator[bytes]:
    """The content's key out of one entry; nothing where the entry is for somebody else.

    OpenSSL answers a wrong RSA key with random bytes instead of an error: their length may fit, by chance.
    """
    if len(entry.encrypted_key) != -(-rsa.key_size // 8):
        return
    with suppress(ValueError):
        key = rsa.decrypt(entry.encrypted_key, entry.padding)
        if len(key) == cipher.key_bytes and (isinstance(entry.padding, OAEP) or _was_padded(key, entry, rsa)):
            yield key


def _was_padded(key: bytes, entry: _Entry, rsa: RSAPrivateKey) -> bool:
    """Whether the entry holds this key as RFC 8017 7.2.1 pads it, and OpenSSL did not make it up.

    Who decrypts files of his own gives no attacker an answer to time, so the plain power will do.
    """
    numbers = rsa.private_numbers()
    power = pow(int.from_bytes(entry.encrypted_key), numbers.d, numbers.public_numbers.n)
    block = power.to_bytes(len(entry.encrypted_key))
    return block.startswith(b"\x00\x02") and block.endswith(b"\x00" + key)


def _contents(envelope: _Envelope, key: bytes) -> Iterator[bytes]:
    """The content under one key; nothing where its padding shows that the key is wrong.

    That, too, may fit by chance; but then what comes out is no data set.
    """
    with suppress(ValueError):
        yield envelope.cipher.decrypted(envelope.content, key, envelope.vector)


def _refused(detail: str) -> Refused:
    return Refused(ReasonCode.CANNOT_DECRYPT, detail)
