"""What `show license summary` and `show license usage` print."""

from inline_snapshot import snapshot

from licet.switch.features import TAGS
from licet.switch.show.summary import license_summary
from licet.switch.show.usage import license_usage
from support.views import VIEWS

SUMMARY = snapshot(
    {
        "disabled": """\

Smart Licensing is DISABLED
""",
        "nothing in use": """\

Smart Licensing is ENABLED

Registration:
  Status: UNREGISTERED
  Export-Controlled Functionality: Not Allowed

License Authorization: \n\
  Status: No Licenses in Use

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started

License Usage:
No licenses in use
""",
        "evaluation": """\

Smart Licensing is ENABLED

Registration:
  Status: UNREGISTERED
  Export-Controlled Functionality: Not Allowed

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started

License Usage:
License                    Entitlement tag                 Count   Status
---------------------------------------------------------------------------
                           (LAN_ENTERPRISE_SERVICES_PKG)    1       EVAL MODE
                           (NXOS_ADVANTAGE)                 12      EVAL MODE
""",
        "authorized": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed

License Authorization: \n\
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC

  Last Communication Attempt: SUCCEEDED
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started

License Usage:
License                    Entitlement tag                 Count   Status
---------------------------------------------------------------------------
LAN license for Nexus 9... (LAN_ENTERPRISE_SERVICES_PKG)    1       AUTHORIZED
Advantage                  (NXOS_ADVANTAGE)                 12      AUTHORIZED
""",
        "renewals failed": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed

License Authorization: \n\
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC

  Last Communication Attempt: FAILED
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started

License Usage:
License                    Entitlement tag                 Count   Status
---------------------------------------------------------------------------
LAN license for Nexus 9... (LAN_ENTERPRISE_SERVICES_PKG)    1       AUTHORIZED
Advantage                  (NXOS_ADVANTAGE)                 12      AUTHORIZED
""",
    }
)
USAGE = snapshot(
    {
        "disabled": """\
Feature                      Ins  Lic   Status Expiry Date Comments
                                 Count
--------------------------------------------------------------------------------
NXOS_ESSENTIALS               No    -   Unused             -
NXOS_ADVANTAGE                No    -   Unused             -
LAN_ENTERPRISE_SERVICES_PKG   No    -   Unused             -
--------------------------------------------------------------------------------
""",
        "nothing in use": """\

License Authorization: \n\
  Status: No Licenses in Use

No licenses in use
""",
        "evaluation": """\

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds

(LAN_ENTERPRISE_SERVICES_PKG):
  Description: \n\
  Count: 1
  Version: 1.0
  Status: EVAL MODE
  Enforcement Type: NOT ENFORCED
  License Type: Generic

(NXOS_ADVANTAGE):
  Description: \n\
  Count: 12
  Version: 2.1
  Status: EVAL MODE
  Enforcement Type: NOT ENFORCED
  License Type: Generic
""",
        "out of compliance": """\

License Authorization: \n\
  Status: OUT OF COMPLIANCE on Jun 22 16:15:44 2022 UTC

(LAN_ENTERPRISE_SERVICES_PKG):
  Description: LAN routing
  Count: 1
  Version: 1.0
  Status: OUT OF COMPLIANCE
  Enforcement Type: NOT ENFORCED
  License Type: Generic

(NXOS_ADVANTAGE):
  Description: Advantage
  Count: 12
  Version: 2.1
  Status: OUT OF COMPLIANCE
  Enforcement Type: NOT ENFORCED
  License Type: Generic
""",
    }
)


def test_summary() -> None:
    """An operator would see the wrong license, count or state at a glance."""
    shown = ("disabled", "nothing in use", "evaluation", "authorized", "renewals failed")
    assert {name: license_summary(VIEWS[name]) for name in shown} == SUMMARY


def test_usage() -> None:
    """An operator would look for the wrong license in the account."""
    shown = ("disabled", "nothing in use", "evaluation", "out of compliance")
    packages = tuple(TAGS)[:3]
    assert {name: license_usage(VIEWS[name], packages) for name in shown} == USAGE
