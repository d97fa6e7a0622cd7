"""The ciphers around the content: AES in CBC mode (RFC 3565), and Triple-DES (RFC 3370) for reading only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as Machine
from cryptography.hazmat.primitives.ciphers import CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.padding import PKCS7


class Cipher(StrEnum):
    """What new envelopes are sealed with."""

    AES_128 = "aes-128"
    AES_192 = "aes-192"
    AES_256 = "aes-256"


@dataclass(frozen=True, slots=True)
class BlockCipher:
    """One content cipher in CBC mode, its content padded as CMS wants it (RFC 5652 6.3).

    `key_bytes` and `block_bytes` are lengths; keys and initialisation vectors have exactly these.
    """

    algorithm: Callable[[bytes], CipherAlgorithm]
    key_bytes: int
    block_bytes: int

    def encrypted(self, content: bytes, key: bytes, vector: bytes) -> bytes:
        """The padded content under a key and an initialisation vector."""
        padder, encryptor = PKCS7(self.block_bytes * 8).padder(), self._machine(key, vector).encryptor()
        return encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()

    def decrypted(self, content: bytes, key: bytes, vector: bytes) -> bytes:
        """The content without its padding; ValueError where no such content was encrypted with this key."""
        decryptor, unpadder = self._machine(key, vector).decryptor(), PKCS7(self.block_bytes * 8).unpadder()
        padded = decryptor.update(content) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()

    def _machine(self, key: bytes, vector: bytes) -> Machine[modes.CBC]:
        return Machine(self.algorithm(key), modes.CBC(vector))


_AES_BLOCK = AES.block_size // 8

CIPHERS: Mapping[str, BlockCipher] = {
    "2.16.840.1.101.3.4.1.2": BlockCipher(AES, 16, _AES_BLOCK),
    "2.16.840.1.101.3.4.1.22": BlockCipher(AES, 24, _AES_BLOCK),
    "2.16.840.1.101.3.4.1.42": BlockCipher(AES, 32, _AES_BLOCK),
    "1.2.840.113549.3.7": BlockCipher(TripleDES, 24, TripleDES.block_size // 8),
}
"""By object identifier of the content encryption algorithm: those that a re-identifier must read (PS3.15 E.1.2)."""

OF_NEW: Mapping[Cipher, str] = {
    Cipher.AES_128: "2.16.840.1.101.3.4.1.2",
    Cipher.AES_192: "2.16.840.1.101.3.4.1.22",
    Cipher.AES_256: "2.16.840.1.101.3.4.1.42",
}
"""The object identifier that stands for each cipher of new envelopes."""
