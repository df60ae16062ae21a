"""Every number of the agent's timing, as data, with its source beside it."""

from datetime import timedelta

from licet.agent.tables import Authorization
from licet.kernel.retry import RetrySchedule, Stage
from licet.kernel.time import DAY, HOUR, MINUTE, SECOND

HOUR_S = int(HOUR / SECOND)

# Source document, "Smart License Product States - Registered": every 15 minutes for 4 hours, then
# every hour until successful, or smart licensing is disabled.
REGISTRATION = RetrySchedule(Stage(15 * MINUTE, lasting=4 * HOUR), Stage(HOUR))

# Source document, "Entitlement Authorization Request or Renewal".
_AUTHORIZED = RetrySchedule(Stage(23 * HOUR))
_OUT_OF_COMPLIANCE = RetrySchedule(Stage(15 * MINUTE, lasting=2 * HOUR), Stage(4 * HOUR))
_AUTHORIZATION_EXPIRED = RetrySchedule(Stage(HOUR))

AUTHORIZATION: dict[Authorization, RetrySchedule] = {
    Authorization.AUTHORIZED: _AUTHORIZED,
    Authorization.NONE: _AUTHORIZED,
    Authorization.OUT_OF_COMPLIANCE: _OUT_OF_COMPLIANCE,
    Authorization.AUTHORIZATION_EXPIRED: _AUTHORIZATION_EXPIRED,
    # Ours: the source is silent on a first authorization that cannot be sent. While evaluation
    # time runs out the product tries as urgently as one that is out of compliance.
    Authorization.EVAL: _OUT_OF_COMPLIANCE,
    Authorization.EVAL_EXPIRED: _OUT_OF_COMPLIANCE,
}
# RULES.md 12: nothing in use, and the deadline passed silently.
LAPSED = _AUTHORIZATION_EXPIRED

# Source document, "Registration ID Certificate Renewal": one per hour until success, or until the
# certificate expires.
CERTIFICATE = RetrySchedule(Stage(HOUR))

# device.md 4.3: 90 days of licensed use, counted in seconds.
EVALUATION_S = int(90 * DAY / SECOND)
# PROTOCOL.md 4: after a reboot the meter is charged at most one save interval.
METER_SAVE_S = int(15 * MINUTE / SECOND)
# Ours: no wait that somebody asked for is longer, signed or not; it is obeyed inside the schedule.
WAIT_S_MAX = int(DAY / SECOND)
# RULES.md 7: an interval of the server is taken within these.
INTERVAL_S_MIN, INTERVAL_S_MAX = HOUR_S, int(90 * DAY / SECOND)
# Ours: a number of the authority's beyond it cannot be continued from.
NUMBER_MAX = 2**52
# RULES.md 13.
COALESCE_S = 1
# device.md 4.3, "System clock".
CLOCK_GRACE_S = HOUR_S
# PROTOCOL.md 4: more than an hour of difference stops a first registration.
CLOCK_DIFFERENCE_S_MAX = HOUR_S
# Ours: smaller steps are a clock being disciplined, not one being changed.
CLOCK_CHANGE_S_MIN = 60
# Ours: how long one exchange may take in all.
EXCHANGE = MINUTE
# PROTOCOL.md 3: a device continues from a fork once.
FORK_S = int(DAY / SECOND)

# device.md 4.3: warnings at 60, 30, 21, 14, 7 days, daily in the last week, hourly on the last day.
_WARNING_DAYS = (60, 30, 21, 14, 7, 6, 5, 4, 3, 2, 1)
_WARNINGS_S = tuple(int(days * DAY / SECOND) for days in _WARNING_DAYS)


def warning_below(left_s: int) -> int:
    """Return the largest warning mark that is smaller than `left_s`, in seconds left; 0 is the end."""
    for mark in _WARNINGS_S:
        if mark < left_s:
            return mark
    return max((left_s - 1) // HOUR_S * HOUR_S, 0)


def seconds(length: timedelta) -> int:
    """Return a length of time in whole seconds."""
    return int(length.total_seconds())
