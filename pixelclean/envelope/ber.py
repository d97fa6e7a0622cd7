"""BER -> the same value with definite lengths and octet strings in one piece (X.690 8.1.3, 8.7.3).

Programs that encrypt while they read do not know lengths in advance.  asn1crypto reads such values in a time that grows
with the square of their size, and refuses some; so it gets to see them in one form only.
"""

from dataclasses import dataclass, field

_CONSTRUCTED, _MORE_TAG = 0x20, 0x1F
_INDEFINITE, _END_OF_CONTENTS = 0x80, b"\0\0"
_OCTETS, _CONSTRUCTED_OCTETS = 0x04, 0x24
_CONTENT, _CONSTRUCTED_CONTENT = 0x80, 0xA0  # [0] IMPLICIT OCTET STRING: the encrypted content (RFC 5652 6.1)
_DEEPEST, _MOST = 64, 1_000_000


def definite(data: bytes) -> bytes:
    """The first value in `data`; what follows it is left out.

    Raises ValueError: not BER, deeper than CMS has a use for, or of more parts than any file needs.
    """
    return _Reader(data).value()


@dataclass(slots=True)
class _Open:
    """A constructed value whose parts are being read; `end` is None where a mark will tell."""

    tag: int
    end: int | None
    parts: list[bytes] = field(default_factory=list)
    tags: set[int] = field(default_factory=set)
    contents: list[bytes] = field(default_factory=list)

    def add(self, tag: int, contents: list[bytes]) -> None:
        """One more part, which is whole."""
        self.tags.add(tag)
        self.contents.extend(contents)
        self.parts.append(_header(tag, sum(map(len, contents))))
        self.parts.extend(contents)

    def closed(self) -> tuple[int, list[bytes]]:
        """Its tag and its contents, those of the pieces where it is an octet string in pieces."""
        in_pieces = {_CONSTRUCTED_OCTETS: _OCTETS, _CONSTRUCTED_CONTENT: _CONTENT}
        if self.tag in in_pieces and self.tags <= {_OCTETS} and (self.tags or self.tag == _CONSTRUCTED_OCTETS):
            return in_pieces[self.tag], self.contents
        return self.tag, self.parts


@dataclass(slots=True)
class _Reader:
    data: bytes
    position: int = 0

    def value(self) -> bytes:
        """The value that starts here, without recursion."""
        around = _Open(0, len(self.data))
        levels = [around]
        for _ in range(_MOST):
            level = levels[-1]
            if level is around and around.parts:
                return b"".join(around.parts)
            if level is not around and self._ends(level):
                levels.pop()
                levels[-1].add(*level.closed())
                continue
            tag, end = self._opened(level)
            if tag & _CONSTRUCTED:
                levels.append(_Open(tag, end))
                if len(levels) > _DEEPEST:
                    raise ValueError("nested too deep")
            else:
                assert end is not None, "_opened sees to it"
                level.add(tag, [self.data[self.position : end]])
                self.position = end
        raise ValueError("too many parts")

    def _ends(self, level: _Open) -> bool:
        if level.end is not None:
            return level.end == self.position
        if self.data[self.position : self.position + 2] != _END_OF_CONTENTS:
            return False
        self.position += 2
        return True

    def _opened(self, level: _Open) -> tuple[int, int | None]:
        """The next tag, and where its contents end; `position` is then where they start."""
        tag, length = self._byte(), self._byte()
        if tag & _MORE_TAG == _MORE_TAG:
            raise ValueError("a tag that CMS does not have")
        if length == _INDEFINITE:
            if not tag & _CONSTRUCTED:
                raise ValueError("a primitive value without length")
            return tag, None
        if length > _INDEFINITE:
            number = self.data[self.position : self.position + length - _INDEFINITE]
            self.position += length - _INDEFINITE
            length = int.from_bytes(number)
        end = self.position + length
        if end > (level.end if level.end is not None else len(self.data)):
            raise ValueError("longer than what it is in")
        return tag, end

    def _byte(self) -> int:
        try:
            byte = self.data[self.position]
        except IndexError:
            raise ValueError("ends too early") from None
        self.position += 1
        return byte


def _header(tag: int, length: int) -> bytes:
    if length < _INDEFINITE:
        return bytes((tag, length))
    number = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _INDEFINITE | len(number))) + number
