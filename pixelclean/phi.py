"""Phi: a private text that never shows itself."""

from typing import NoReturn, final


@final
class Phi:
    """One identifying text.

    `repr` and `str` hide it, pickling raises, so it cannot reach a log, a queue or another process by accident.
    `reveal` gives it to code that asks for it by name.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself."""
        return self.__value

    def __repr__(self) -> str:
        return "Phi(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phi) and self.__value == other.__value

    def __hash__(self) -> int:
        return hash((Phi, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("Phi is never pickled")
