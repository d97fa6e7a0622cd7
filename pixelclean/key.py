"""ProjectKey: the one secret of a project, and every pseudonym that is derived from it.

Derivation is HMAC-SHA256 (RFC 2104) with a purpose in front of the message, so that no two kinds of pseudonym share a
value.  UIDs are UUID-derived (PS3.5 B.2): root 2.25 and a 128-bit number.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import final

_BYTES = 32
_READABLE = "abcdefghijklmnopqrstuvwxyz234567"


@final
@dataclass(frozen=True, slots=True, repr=False)
class ProjectKey:
    """32 secret bytes; `repr` shows the fingerprint only."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != _BYTES:
            raise ValueError(f"a project key has {_BYTES} bytes")

    def __repr__(self) -> str:
        return f"ProjectKey({self.fingerprint})"

    @property
    def fingerprint(self) -> str:
        """16 hex digits that name the key without giving it away."""
        return self._mac("fingerprint", b"").hex()[:16]

    def uid(self, original: str) -> str:
        """The UID that stands for `original` in everything this key has cleaned."""
        number = bytearray(self._mac("uid", original.encode())[:16])
        number[6] = (number[6] & 0x0F) | 0x80  # RFC 9562 version 8: vendor-defined
        number[8] = (number[8] & 0x3F) | 0x80
        return f"2.25.{int.from_bytes(number)}"

    def pseudonym(self, purpose: str, original: str, length: int = 16) -> str:
        """`length` characters out of a-z and 2-7 that stand for `original`; at most 51 characters."""
        number = int.from_bytes(self._mac(purpose, original.encode()))
        return "".join(_READABLE[(number >> 5 * place) & 31] for place in range(length))

    def chain(self, purpose: str, message: bytes) -> str:
        """The HMAC of a message, in hex: for chained audit entries."""
        return self._mac(purpose, message).hex()

    def _mac(self, purpose: str, message: bytes) -> bytes:
        return hmac.new(self.secret, purpose.encode() + b"\0" + message, hashlib.sha256).digest()
