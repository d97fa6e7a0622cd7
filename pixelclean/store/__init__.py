"""The private side of a run: ledger, held originals, audit and report, in one folder that only its owner can read."""
