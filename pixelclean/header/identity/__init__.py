"""What identifies in one source: harvested, spelled in every way, and looked for in what leaves."""
