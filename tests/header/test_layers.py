"""Layers of graphics: people name them, so they are numbered, and whatever lies in one lies in it still."""

import pytest
from pydicom import Dataset, Sequence

from pixelclean.header.layers import number_layers


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def state(layers: list[str], annotations: list[str]) -> Dataset:
    return item(
        GraphicLayerSequence=Sequence([item(GraphicLayer=name) for name in layers]),
        GraphicAnnotationSequence=Sequence([item(GraphicLayer=name) for name in annotations]),
    )


@pytest.mark.parametrize(
    ("layers", "annotations", "numbered", "lying_in"),
    [
        (["ZOE", "SENTINEL"], ["SENTINEL", "ZOE", "SENTINEL"], [1, 2], [2, 1, 2]),
        (["A", "B", "C"], ["C", "B", "A"], [1, 2, 3], [3, 2, 1]),
        (["A", "B"], ["REMOVED"], [1, 2], [1]),
        (["A", "B"], ["NOWHERE", "B"], [1, 2], [1, 2]),
        (["A", "A"], ["A"], [1, 1], [1]),
        (["A", "", ""], ["", "A"], [1, 2, 3], [1, 1]),
        (["LAYER2", "LAYER1"], ["LAYER1", "LAYER2"], [1, 2], [2, 1]),
        (["A "], ["A"], [1], [1]),
    ],
)
def test_annotations_stay_in_their_layers(
    layers: list[str], annotations: list[str], numbered: list[int], lying_in: list[int]
) -> None:
    data = state(layers, annotations)
    list(number_layers(data))
    assert [layer.GraphicLayer for layer in data.GraphicLayerSequence] == [f"LAYER{number}" for number in numbered]
    assert [each.GraphicLayer for each in data.GraphicAnnotationSequence] == [f"LAYER{number}" for number in lying_in]


def test_overlays_are_shown_in_their_layers_or_not_at_all() -> None:
    data = state(["ZOE", "SENTINEL"], [])
    for group, name in ((0x6000, "SENTINEL"), (0x6002, "ZOE"), (0x6004, "NOWHERE"), (0x6006, "")):
        data.add_new((group, 0x1001), "CS", name)
    list(number_layers(data))
    shown = [data[group, 0x1001].value for group in (0x6000, 0x6002, 0x6004, 0x6006)]
    assert shown == ["LAYER2", "LAYER1", "", ""]


def test_names_of_layers_leave_without_any_layer_too() -> None:
    data = item(GraphicAnnotationSequence=Sequence([item(GraphicLayer=name) for name in ("ZOE", "SENTINEL", "ZOE")]))
    list(number_layers(data))
    assert [each.GraphicLayer for each in data.GraphicAnnotationSequence] == ["LAYER1", "LAYER2", "LAYER1"]


def test_every_name_that_is_replaced_has_its_fate() -> None:
    data = state(["ZOE"], ["ZOE"])
    data.add_new((0x6000, 0x1001), "CS", "ZOE")
    fates = {(fate.path, fate.keyword) for fate in number_layers(data)}
    assert fates == {
        ("00700060[0].00700002", "GraphicLayer"),
        ("00700001[0].00700002", "GraphicLayer"),
        ("60001001", "OverlayActivationLayer"),
    }
