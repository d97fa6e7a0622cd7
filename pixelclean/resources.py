"""The one place that finds rules/ and models/, in a checkout and in an installed wheel."""

from pathlib import Path

from pixelclean.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent


def rules(*parts: str) -> Path:
    """A file or folder below rules/."""
    return _find("rules", *parts)


def models(*parts: str) -> Path:
    """A file or folder below models/."""
    return _find("models", *parts)


def _find(room: str, *parts: str) -> Path:
    """Beside the package in a checkout; inside it, as `_rules` and `_models`, in a wheel (pyproject.toml)."""
    for base in (_PACKAGE / f"_{room}", _PACKAGE.parent / room):
        path = base.joinpath(*parts)
        if path.exists():
            return path
    raise ConfigurationError(f"missing from the installation: {'/'.join((room, *parts))}")
