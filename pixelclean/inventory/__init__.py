"""Inventory: every attribute of many files with its values and its fate, for the last look of a person.

Unlike everything else here it is made to show values, so it stays in memory until `store` writes it, privately.
"""

from pixelclean.inventory.attribute import Attribute, Fate, Inventory, Value, Word
from pixelclean.inventory.outlook import AsItIs, Foretold, Outlook
from pixelclean.inventory.tally import Tally

__all__ = ["AsItIs", "Attribute", "Fate", "Foretold", "Inventory", "Outlook", "Tally", "Value", "Word"]
