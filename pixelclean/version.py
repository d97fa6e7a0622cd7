"""The version of pixelclean: written here and nowhere else."""

__version__ = "0.3.0"
