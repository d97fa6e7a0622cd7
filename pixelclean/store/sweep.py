"""Emptying folders of the store without following a link out of them."""

import shutil
from pathlib import Path


def empty_folder(folder: Path) -> None:
    """Remove everything in a folder."""
    for path in folder.iterdir():
        remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it; nothing happens where nothing is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
