"""Comments in codestreams that name the encoder and nothing else (rules/pixels/stream_comments.toml)."""

import re
import tomllib
from functools import cache

from pixelclean import resources


def names_an_encoder(content: bytes) -> bool:
    """Whether a whole comment is one of those."""
    text = content.removesuffix(b"\0").decode("latin-1")
    return any(pattern.fullmatch(text) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(resources.rules("pixels", "stream_comments.toml").read_text("utf-8"))
    return tuple(re.compile(pattern) for pattern in table["comments"])
