"""Sizes of a body under concepts that nobody has listed: what the unit and the number tell by themselves.

Weight, height, body mass index and surface have hundreds of codes.  What is measured in an image is told from them by
its unit and how much it is, so that measurements of lesions and organs stay:

- Kilograms, pounds, kg/m2 and m2 measure a body, at any number; so does any unit of mass from ten kilograms on.
- A length of 60 cm or more is that of a body, whatever the unit.  Distances between things are longer too: those have
  concepts of PS3.16 itself (DCM), which are known to be no height, but for Height.
"""

from collections.abc import Collection

from pydicom import Dataset

from pixelclean.header.content.quantities import Quantity, quantities_of, units

_LONGEST_OF_A_PART = 0.6  # metres
_HEAVIEST_OF_A_PART = 10  # kilograms
_HEIGHT = "121207"


def is_size_of_a_body(item: Dataset, concepts: Collection[tuple[str, str]]) -> bool:
    """Whether a number of the item can be weight, height, body mass index or surface of the patient.

    `concepts` are value and designator of the codes that name the item, none of which a row names.
    """
    return any(_is_of_a_body(quantity, concepts) for quantity in quantities_of(item))


def _is_of_a_body(quantity: Quantity, concepts: Collection[tuple[str, str]]) -> bool:
    if not quantity.units.isdisjoint(units("bodies")):
        return True
    mass, length = quantity.of("kilograms"), quantity.of("metres")
    if mass is not None and not mass < _HEAVIEST_OF_A_PART:  # what is no number is as much as it can be
        return True
    return length is not None and not length < _LONGEST_OF_A_PART and not any(map(_is_a_distance, concepts))


def _is_a_distance(concept: tuple[str, str]) -> bool:
    value, designator = (text.strip(" \0").casefold() for text in concept)
    return designator == "dcm" and value != _HEIGHT
