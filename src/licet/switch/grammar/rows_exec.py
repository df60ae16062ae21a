"""The commands of EXEC mode, `show` excepted."""

from licet.switch.grammar.model import Mode, Row

_EXEC = Mode.EXEC

EXEC_ROWS = (
    Row(_EXEC, "callhome test", "callhome_test", "B", does="Go the road to the server of CiscoTAC-1, and say how far it leads"),
    Row(_EXEC, "checkpoint [<checkpoint>]", "checkpoint", "M", no="checkpoint <checkpoint>"),
    Row(_EXEC, "clear checkpoint database", "clear_checkpoints", "M"),
    Row(_EXEC, "clear logging logfile", "clear_logging", "M"),
    Row(_EXEC, "configure [terminal]", "configure", "S"),
    Row(_EXEC, "copy <file> running-config", "copy_to_running", "M", does="Type a file's lines into the running configuration"),
    Row(_EXEC, "copy <file> startup-config", "copy_to_startup", "M"),
    Row(_EXEC, "copy running-config <file>", "copy_running", "M"),
    Row(_EXEC, "copy running-config startup-config", "save", "D", does="Let the next boot begin with the running configuration"),
    Row(_EXEC, "copy startup-config <file>", "copy_startup", "M"),
    Row(_EXEC, "copy startup-config running-config", "copy_to_running", "M", does="Type the startup configuration into the running one"),
    Row(_EXEC, "delete <file> [no-prompt]", "delete", "M"),
    Row(_EXEC, "dir [bootflash:]", "dir", "M"),
    Row(_EXEC, "end", "end", "M"),
    Row(_EXEC, "exit", "leave", "M"),
    Row(_EXEC, "license smart deregister", "deregister", "D"),
    Row(_EXEC, "license smart register idtoken <token> [force]", "register", "S"),
    Row(_EXEC, "license smart renew auth", "renew_authorization", "S"),
    Row(_EXEC, "license smart renew id", "renew_certificate", "B"),
    Row(_EXEC, "reload", "reload", "M", does="Boot anew, with the startup configuration"),
    Row(_EXEC, "rollback running-config checkpoint <checkpoint> [{rollback}]", "rollback", "M"),
    Row(_EXEC, "rollback running-config file <file> [{rollback}]", "rollback", "M"),
    Row(_EXEC, "terminal dont-ask", "terminal_dont_ask", "M", no="terminal dont-ask"),
    Row(_EXEC, "terminal length <lines>", "terminal_length", "V"),
    Row(_EXEC, "terminal monitor", "terminal_monitor", "M"),
    Row(_EXEC, "terminal no monitor", "terminal_monitor", "M"),
    Row(_EXEC, "terminal session-timeout <timeout_min>", "terminal_timeout", "V"),
    Row(_EXEC, "terminal width <columns>", "terminal_width", "V"),
    Row(_EXEC, "where", "where", "M"),
    Row(_EXEC, "write erase", "write_erase", "M", does="Forget the startup configuration"),
)  # fmt: skip
