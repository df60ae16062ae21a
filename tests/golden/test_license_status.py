"""What `show license status` prints, state by state."""

from inline_snapshot import snapshot

from licet.switch.show.status import license_status
from support.views import VIEWS

STATUS = snapshot(
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
""",
        "evaluation expired": """\

Smart Licensing is ENABLED

Registration:
  Status: UNREGISTERED
  Export-Controlled Functionality: Not Allowed

License Authorization: \n\
  Status: EVAL EXPIRED
  EVALUATION PERIOD EXPIRED on Dec 03 08:05:02 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registering": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERING - REGISTRATION IN PROGRESS
  Export-Controlled Functionality: Not Allowed
  Initial Registration: First Attempt Pending

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registering again": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERING - REGISTRATION IN PROGRESS
  Export-Controlled Functionality: Not Allowed
  Initial Registration: FAILED on Jun 22 16:15:41 2022 UTC
    Failure reason: The ID token has expired

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registration retried": """\

Smart Licensing is ENABLED

Registration:
  Status: UNREGISTERED - REGISTRATION FAILED
  Export-Controlled Functionality: Not Allowed
  Initial Registration: FAILED on Jun 22 16:15:41 2022 UTC
    Failure reason: The ID token has expired
  Next Registration Attempt: Jun 22 16:30:41 2022 UTC

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registration failed": """\

Smart Licensing is ENABLED

Registration:
  Status: UNREGISTERED - REGISTRATION FAILED
  Export-Controlled Functionality: Not Allowed
  Initial Registration: FAILED on Jun 22 16:15:41 2022 UTC
    Failure reason: The ID token has expired

License Authorization: \n\
  Status: No Licenses in Use

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registered, nothing in use": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: No Licenses in Use
  Last Communication Attempt: SUCCEEDED on Jun 22 16:15:44 2022 UTC
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registered, not answered yet": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: EVAL MODE
  Evaluation Period Remaining: 89 days, 1 hours, 33 minutes, 51 seconds
  Last Communication Attempt: None
  Next Communication Attempt: Jun 22 16:15:44 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "registered, evaluation expired": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: EVAL EXPIRED
  EVALUATION PERIOD EXPIRED on Dec 03 08:05:02 2022 UTC
  Last Communication Attempt: FAILED on Dec 03 08:05:02 2022 UTC
    Failure reason: Communication message send error
  Next Communication Attempt: Dec 03 08:20:02 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "authorized": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC
  Last Communication Attempt: SUCCEEDED on Jun 22 16:15:44 2022 UTC
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "out of compliance": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: OUT OF COMPLIANCE on Jun 22 16:15:44 2022 UTC
  Last Communication Attempt: SUCCEEDED on Jun 22 16:15:44 2022 UTC
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "renewals failed": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: FAILED on Dec 03 08:05:02 2022 UTC
    Failure reason: Communication message send error
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC
  Last Communication Attempt: FAILED on Dec 03 08:05:02 2022 UTC
    Failure reason: Communication message send error
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "renewals done": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: SUCCEEDED on Dec 03 08:05:02 2022 UTC
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC
  Last Communication Attempt: SUCCEEDED on Jun 22 16:15:44 2022 UTC
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
        "authorization expired": """\

Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: Example Company
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:10:00 2023 UTC

License Authorization: \n\
  Status: AUTHORIZATION EXPIRED
  Last Communication Attempt: FAILED on Dec 03 08:05:02 2022 UTC
    Failure reason: Communication message send error
  Next Communication Attempt: Jul 02 06:05:04 2022 UTC
  Communication Deadline: Sep 20 16:11:00 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
""",
    }
)


def test_status() -> None:
    """An operator would read a state, a date or a reason that is not the agent's."""
    assert {name: license_status(view) for name, view in VIEWS.items()} == STATUS
