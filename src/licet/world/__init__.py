"""Authorities, on-prems and devices under one virtual clock, on a network that fails when it is told to."""
