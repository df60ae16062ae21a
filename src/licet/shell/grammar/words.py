"""Words that several commands share."""

LICENSE = "license, by its name in the catalog or its entitlement tag"
INSTANCE = "product instance: PID:X,SN:Y, or its serial number, or its id"
ALL_PLACES = "all of them"
DEFAULT_PLACE = "the default one"
# How a product instance stands, the worst first.
STATUSES = (
    "cloned",
    "out-of-compliance",
    "released",
    "not-connected",
    "in-compliance",
    "not-in-use",
)
