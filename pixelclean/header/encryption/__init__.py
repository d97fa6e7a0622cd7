"""Originals that travel encrypted in the data set that was cleaned of them (PS3.15 E.1.1, E.1.2)."""
