"""What a standing authority cannot do, said to the person who runs it."""


class ServiceError(Exception):
    """A file, a key, a port or a database is not as it must be; the text says what, where, and what to do."""
