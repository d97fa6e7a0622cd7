"""How a data set says that its values are displayed: the one reading of windows, LUTs and palettes."""

from pixelclean.dicom.display.palettes import Palette
from pixelclean.dicom.display.rendering import Rendering, is_inverted, renderings_of
from pixelclean.dicom.display.tables import Table

__all__ = ["Palette", "Rendering", "Table", "is_inverted", "renderings_of"]
