"""The command line: one module per command, click and rich stay in here."""

from pixelclean.cli.shell import main

__all__ = ["main"]
