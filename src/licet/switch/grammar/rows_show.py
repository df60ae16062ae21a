"""The `show` commands."""

from licet.switch.grammar.model import Mode, Row

_EXEC = Mode.EXEC

SHOW_ROWS = (
    Row(_EXEC, "show clock", "show_clock", "D"),
    Row(_EXEC, "show callhome", "show_callhome", "V"),
    Row(_EXEC, "show callhome destination-profile", "show_callhome_profile", "V"),
    Row(_EXEC, "show callhome transport", "show_callhome_transport", "V"),
    Row(_EXEC, "show checkpoint summary", "show_checkpoints", "M"),
    Row(_EXEC, "show crypto ca certificates", "show_certificates", "M"),
    Row(_EXEC, "show crypto ca trustpoints", "show_trust_points", "M"),
    Row(_EXEC, "show feature", "show_feature", "D"),
    Row(_EXEC, "show hostname", "show_host_name", "D"),
    Row(_EXEC, "show hosts", "show_hosts", "D"),
    Row(_EXEC, "show inventory", "show_inventory", "D"),
    Row(_EXEC, "show license all", "show_license_all", "B"),
    Row(_EXEC, "show license host-id", "show_host_id", "M"),
    Row(_EXEC, "show license status", "show_license_status", "S"),
    Row(_EXEC, "show license summary", "show_license_summary", "V"),
    Row(_EXEC, "show license udi", "show_license_udi", "B"),
    Row(_EXEC, "show license usage", "show_license_usage", "V"),
    Row(_EXEC, "show logging logfile", "show_logging", "D"),
    Row(_EXEC, "show running-config", "show_running", "D"),
    Row(_EXEC, "show running-config callhome", "show_running_callhome", "S"),
    Row(_EXEC, "show startup-config", "show_startup", "M"),
    Row(_EXEC, "show version", "show_version", "D"),
    Row(_EXEC, "show vrf", "show_vrf", "M"),
)  # fmt: skip
