"""ProjectKey: the one secret of a project, and every pseudonym that is derived from it.

Derivation is HMAC-SHA256 (RFC 2104) with a purpose in front of the message, so that no two kinds of pseudonym share a
value.  UIDs are UUID-derived (PS3.5 B.2): root 2.25 and a 128-bit number.

UIDs and the pseudonyms of patients and IDs carry a check that only this key can make.  A file that was cleaned with the key before is
recognised by it, whatever the file claims of itself, and what already is a pseudonym stays as it is: cleaning in two
stages, or twice, gives the same UIDs and IDs as cleaning once.
"""

import hmac
from dataclasses import dataclass
from typing import final

_BYTES = 32
_ROOT = "2.25."
_LONGEST_NUMBER = 39  # digits of 2**128
_NAME = (1 << 80) - 1
_PATIENT = (12, 8)  # characters of 5 bits, that name the original and that prove them
_ID = (10, 6)
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
        """The UID that stands for `original` in everything this key has cleaned; a UID made here stands for itself."""
        if self.made_uid(original):
            return original
        return self._uid(int.from_bytes(self._mac("uid", original.encode())[:10]))

    def made_uid(self, uid: str) -> bool:
        """Whether this key made the UID: by chance once in 2**48 UIDs of others."""
        digits = uid.removeprefix(_ROOT)
        if digits == uid or not (digits.isascii() and digits.isdigit()) or len(digits) > _LONGEST_NUMBER:
            return False
        return self._uid(int(digits) >> 48 & _NAME) == uid

    def _uid(self, name: int) -> str:
        """74 bits that name the original among the version and variant of a UUID, and 48 bits that prove them."""
        number = bytearray((name << 48).to_bytes(16))
        number[6] = (number[6] & 0x0F) | 0x80  # RFC 9562 version 8: vendor-defined
        number[8] = (number[8] & 0x3F) | 0x80
        number[10:] = self._mac("uid-check", bytes(number[:10]))[:6]
        return f"{_ROOT}{int.from_bytes(number)}"

    def patient(self, original: str) -> str:
        """20 characters that stand for a patient; a pseudonym made here stands for itself."""
        return original if self.made_patient(original) else self._proven("patient", original, _PATIENT)

    def made_patient(self, text: str) -> bool:
        """Whether this key made the patient pseudonym: by chance once in 2**40 texts of this form."""
        return self._has_proof("patient", text, _PATIENT)

    def identifier(self, kind: str, original: str) -> str:
        """16 characters that stand for an ID of a kind; one of that kind made here stands for itself."""
        return original if self.made_identifier(kind, original) else self._proven(kind, original, _ID)

    def made_identifier(self, kind: str, text: str) -> bool:
        """Whether this key made the ID: by chance once in 2**30 texts of this form."""
        return self._has_proof(kind, text, _ID)

    def _proven(self, kind: str, original: str, lengths: tuple[int, int]) -> str:
        naming, proving = lengths
        name = self.pseudonym(kind, original, naming)
        return name + self.pseudonym(f"{kind}-check", name, proving)

    def _has_proof(self, kind: str, text: str, lengths: tuple[int, int]) -> bool:
        naming, proving = lengths
        is_as_long = len(text) == naming + proving
        return is_as_long and text[naming:] == self.pseudonym(f"{kind}-check", text[:naming], proving)

    def below(self, purpose: str, original: str, bound: int) -> int:
        """A number from 0 up to, but not, `bound` that stands for `original`."""
        return int.from_bytes(self._mac(purpose, original.encode())) % bound

    def pseudonym(self, purpose: str, original: str, length: int = 16) -> str:
        """`length` characters out of a-z and 2-7 that stand for `original`; at most 51 characters."""
        number = int.from_bytes(self._mac(purpose, original.encode()))
        return "".join(_READABLE[(number >> 5 * place) & 31] for place in range(length))

    def chain(self, purpose: str, message: bytes) -> str:
        """The HMAC of a message, in hex: for chained audit entries."""
        return self._mac(purpose, message).hex()

    def _mac(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.secret, purpose.encode() + b"\0" + message, "sha256")
