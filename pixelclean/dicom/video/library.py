"""The library for video: PyAV, which is an extra of the package (`pixelclean[video]`)."""

from importlib.metadata import version

try:
    import av
    import av.logging
except ImportError:  # the one library that an installation may lack
    av = None  # type: ignore[assignment]

REQUIRES = "av"

__all__ = ["REQUIRES", "av", "decoder_name", "is_available"]


def is_available() -> bool:
    """Whether the library is installed."""
    return av is not None


def decoder_name(coding: str) -> str:
    """The decoder of a coding with the version of the library, for the proof."""
    return f"{REQUIRES} {version(REQUIRES)} ({coding})"
