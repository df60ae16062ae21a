"""Composition root of the on-prem: serving local accounts, synchronizing them, and its own command line."""
