"""The samples of real switches, byte for byte, from runs of the real agent and the real authority.

The clock, the server's interval and its two offsets are set as RULES.md, ruling 20, says; nothing
else is. The renderers know nothing of these samples.
"""

from pathlib import Path

from licet.lab.lab import Lab
from licet.lab.player import play
from licet.lab.transcript import Transcript

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "status-sample.lab"

# device.md 1.3, first sample: N9K 9.3(4), from the source document.
STATUS = """
Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: ldap_user_test
  Virtual Account: Default
  Export-Controlled Functionality: Allowed
  Initial Registration: SUCCEEDED on Jun 22 16:15:41 2022 UTC
  Last Renewal Attempt: None
  Next Renewal Attempt: Dec 19 16:15:41 2022 UTC
  Registration Expires: Jun 22 16:13:53 2023 UTC

License Authorization:\x20
  Status: AUTHORIZED on Jun 22 16:15:44 2022 UTC
  Last Communication Attempt: SUCCEEDED on Jun 22 16:15:44 2022 UTC
  Next Communication Attempt: Jul 22 16:15:43 2022 UTC
  Communication Deadline: Sep 20 16:12:55 2022 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started
"""

# device.md 1.3, second sample, as far as it is stored: N9K before the upgrade to 10.2.
SUMMARY = (
    """
Smart Licensing is ENABLED

Registration:
  Status: REGISTERED
  Smart Account: BU Production Test 1
  Virtual Account: N9K_SA_49_Testing
  Export-Controlled Functionality: Allowed

License Authorization:\x20
  Status: AUTHORIZED on Jul 16 14:26:01 2021 UTC

  Last Communication Attempt: SUCCEEDED
  Next Communication Attempt: Aug 15 14:26:01 2021 UTC
  Communication Deadline: Oct 14 14:20:59 2021 UTC

Smart License Conversion:
  Automatic Conversion Enabled: False
  Status: Not started

License Usage:
License"""
    + " " * 20
)

SUMMARY_RUN = """
clock 2021-07-16 14:20:00
authority cloud
cloud address tools.cisco.com
cloud policy deadline_offset_s 302
cloud account "BU Production Test 1" domain example.com
cloud virtual-account N9K_SA_49_Testing
cloud order LAN_ENTERPRISE_SERVICES_PKG quantity 1 kind PERPETUAL in N9K_SA_49_Testing
cloud token days 30 in N9K_SA_49_Testing as token1
switch Device pid N9K-C93180YC-EX sn FDO21120U5B jitter 0
Device# configure terminal
Device# license smart enable
Device# callhome
Device# destination-profile CiscoTAC-1 transport-method http
Device# enable
Device# exit
advance to 2021-07-16 14:25:00
Device# license smart register idtoken $token1
advance to 2021-07-16 14:26:00
Device# feature bgp
Device# end
advance 1 minute
Device# show license summary
"""


def played(script: str) -> Lab:
    """Return the lab after a script."""
    lab = Lab(Transcript(lambda _: None))
    play(lab, script.splitlines(), name="sample")
    return lab


def test_show_license_status_as_the_source_document_prints_it() -> None:
    """A reader who compares our output with the document would find a difference."""
    lab = played(TUTORIAL.read_text(encoding="utf-8"))
    assert lab.last_output == STATUS


def test_show_license_summary_as_the_licensing_guide_prints_it() -> None:
    """The same for the summary, down to where the stored excerpt ends."""
    lab = played(SUMMARY_RUN)
    assert lab.last_output[: len(SUMMARY)] == SUMMARY
