"""How many files the system lets this process open, and so how many connections it may hold."""

import resource

import structlog

# The database, its readers, the log, the ports, and what the interpreter opens now and then.
KEPT_BACK = 128

_LOG = structlog.get_logger(__name__)


def allow_connections(wanted: int) -> int:
    """Raise the limit of open files as far as that is allowed; return how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + KEPT_BACK
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    possible = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - KEPT_BACK)
    if possible < wanted:
        _LOG.warning(
            "fewer connections than set: the limit of open files is lower (LimitNOFILE)",
            connections=possible,
            wanted=wanted,
            open_files=soft,
        )
    return max(possible, 1)
