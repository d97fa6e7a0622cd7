"""Items: data sets that lose or change elements, level by level, while a source that shares their items stays as it is.

A change is a tag with the element as it shall be, None where it goes.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Several

from pydicom import DataElement, Dataset, Sequence
from pydicom.tag import BaseTag

Changed = DataElement | None


def apply(dataset: Dataset, changes: Iterable[tuple[BaseTag, Changed]]) -> None:
    """Change a data set itself; all changes are known before the first is made."""
    for tag, after in tuple(changes):
        if after is None:
            del dataset[tag]
        else:
            dataset[tag] = after


def changed_item(item: Dataset, changes: Mapping[BaseTag, Changed]) -> Dataset:
    """The item where nothing changes, else another one that is written as it was."""
    if not changes:
        return item
    staying = {tag: changes.get(tag, element) for tag, element in item.items()}
    made = Dataset({tag: element for tag, element in staying.items() if element is not None})
    implicit, little = item.original_encoding
    made.set_original_encoding(implicit, little, item.original_character_set)
    made.is_undefined_length_sequence_item = item.is_undefined_length_sequence_item
    return made


def with_items(sequence: DataElement, items: Several[Dataset]) -> DataElement:
    """The sequence where these are the items that it holds, else another one of them."""
    if all(one is other for one, other in zip(sequence.value or (), items, strict=True)):
        return sequence
    return DataElement(sequence.tag, "SQ", Sequence(items), None, sequence.is_undefined_length)
