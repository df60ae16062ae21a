"""The commands of EXEC mode."""

from licet.switch.grammar.model import Mode, Row

_EXEC = Mode.EXEC

EXEC_ROWS = (
    Row(_EXEC, "configure [terminal]", "configure", "S"),
    Row(_EXEC, "end", "end", "M"),
    Row(_EXEC, "exit", "leave", "M"),
    Row(_EXEC, "license smart deregister", "deregister", "D"),
    Row(_EXEC, "license smart register idtoken <token> [force]", "register", "S"),
    Row(_EXEC, "license smart renew auth", "renew_authorization", "S"),
    Row(_EXEC, "license smart renew id", "renew_certificate", "B"),
)  # fmt: skip
