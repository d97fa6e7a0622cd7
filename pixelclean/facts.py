"""Facts: the attributes that the loaded rules name, taken from one data set."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """Values by attribute keyword; a multi-valued attribute keeps its values apart, an absent one is not there.

    The values may identify: `repr` hides them, nothing logs them.
    """

    values: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def get(self, keyword: str) -> tuple[str, ...]:
        """The values of an attribute, () when it is absent or empty."""
        return self.values.get(keyword, ())

    def first(self, keyword: str) -> str:
        """The first value of an attribute, "" when there is none."""
        return next(iter(self.get(keyword)), "")

    def __repr__(self) -> str:
        return f"Facts({len(self.values)} attributes)"
