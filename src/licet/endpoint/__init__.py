"""Signed request bytes in, signed answer bytes out, over a unit of work; no HTTP."""
