"""The composition root of the manager: serving, and its own command line."""
