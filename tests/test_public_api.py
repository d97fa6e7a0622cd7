"""What `import pixelclean` promises."""

import pixelclean


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    assert list(pixelclean.__all__) == sorted(pixelclean.__all__)
    assert all(hasattr(pixelclean, name) for name in pixelclean.__all__)


def test_every_imported_name_of_ours_is_public() -> None:
    exported = {
        name
        for name, value in vars(pixelclean).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("pixelclean.")
    }
    assert exported <= set(pixelclean.__all__)
