"""The version of pixelclean: written here and nowhere else."""

__version__ = "0.2.0"
