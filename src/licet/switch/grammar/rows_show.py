"""The `show` commands."""

from licet.switch.grammar.model import Mode, Row

_EXEC = Mode.EXEC

SHOW_ROWS = (
    Row(_EXEC, "show clock", "show_clock", "D"),
    Row(_EXEC, "show feature", "show_feature", "D"),
    Row(_EXEC, "show license status", "show_license_status", "S"),
    Row(_EXEC, "show license summary", "show_license_summary", "V"),
    Row(_EXEC, "show license usage", "show_license_usage", "V"),
    Row(_EXEC, "show logging logfile", "show_logging", "D"),
    Row(_EXEC, "show running-config", "show_running", "D"),
    Row(_EXEC, "show running-config callhome", "show_running_callhome", "S"),
)  # fmt: skip
