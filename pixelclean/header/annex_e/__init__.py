"""The tables of PS3.15 Annex E and PS3.3, and what they decide for one element under a policy."""
