"""The commands of EXEC mode."""

from licet.switch.grammar.model import Mode, Row

_EXEC = Mode.EXEC

EXEC_ROWS = (
    Row(_EXEC, "checkpoint [<checkpoint>]", "checkpoint", "M"),
    Row(_EXEC, "clear checkpoint database", "clear_checkpoints", "M"),
    Row(_EXEC, "configure [terminal]", "configure", "S"),
    Row(_EXEC, "copy running-config startup-config", "copy_running", "D"),
    Row(_EXEC, "end", "end", "M"),
    Row(_EXEC, "exit", "leave", "M"),
    Row(_EXEC, "license smart deregister", "deregister", "D"),
    Row(_EXEC, "license smart register idtoken <token> [force]", "register", "S"),
    Row(_EXEC, "license smart renew auth", "renew_authorization", "S"),
    Row(_EXEC, "license smart renew id", "renew_certificate", "B"),
    Row(_EXEC, "reload", "reload", "M"),
    Row(_EXEC, "rollback running-config checkpoint <checkpoint>", "rollback", "M"),
    Row(_EXEC, "terminal length <lines>", "terminal_length", "M"),
    Row(_EXEC, "terminal monitor", "terminal_monitor", "M"),
    Row(_EXEC, "terminal no monitor", "terminal_monitor", "M"),
    Row(_EXEC, "terminal session-timeout <timeout_min>", "terminal_timeout", "M"),
    Row(_EXEC, "terminal width <columns>", "terminal_width", "M"),
    Row(_EXEC, "write erase", "write_erase", "M"),
)  # fmt: skip
