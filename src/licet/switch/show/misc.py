"""`show clock` and `show feature`, in the layouts of ntc-templates' NX-OS samples."""

from collections.abc import Collection
from datetime import datetime

from licet.switch.features import FEATURES


def clock(at: datetime) -> str:
    """Return what `show clock` prints, e.g. `18:57:38.000 UTC Mon Oct 19 2015`."""
    day, month = at.ctime()[:3], at.ctime()[4:7]
    return f"{at:%H:%M:%S}.000 UTC {day} {month} {at:%d %Y}\n"


def features(enabled: Collection[str]) -> str:
    """Return what `show feature` prints."""
    rows = (
        f"{feature.shown:<23}{1:<11}{'enabled' if name in enabled else 'disabled'}\n"
        for name, feature in sorted(FEATURES.items(), key=lambda item: item[1].shown)
    )
    heading = "Feature Name          Instance  State\n--------------------  --------  --------\n"
    return heading + "".join(rows)
