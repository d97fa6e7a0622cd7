"""Clean Descriptors (PS3.15 E.3.5): a description's words, their neighbours, and whose words they are."""

from pixelclean.header.descriptors.cleaning import METHOD, cleaned, cleaned_values, is_safe

__all__ = ["METHOD", "cleaned", "cleaned_values", "is_safe"]
