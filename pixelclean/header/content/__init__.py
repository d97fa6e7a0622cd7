"""Content items: the Clean Structured Content Option (PS3.15 E.3.4, Table E.3.4-1)."""
