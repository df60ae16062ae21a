"""The commands, as one table: the parser, `?`, completion and the reference all read it."""

from licet.switch.grammar.help import HELP
from licet.switch.grammar.model import REACHES, Kind, Mode, Parameter, Row
from licet.switch.grammar.parameters import CHOICES, INTERFACES, PARAMETERS
from licet.switch.grammar.rows_callhome import CALLHOME_ROWS
from licet.switch.grammar.rows_config import CONFIG_ROWS
from licet.switch.grammar.rows_exec import EXEC_ROWS
from licet.switch.grammar.rows_show import SHOW_ROWS
from licet.switch.grammar.unmodeled import UNMODELED

__all__ = [
    "CHOICES",
    "HELP",
    "INTERFACES",
    "PARAMETERS",
    "REACHES",
    "TABLE",
    "UNMODELED",
    "Kind",
    "Mode",
    "Parameter",
    "Row",
]

TABLE: tuple[Row, ...] = (*EXEC_ROWS, *SHOW_ROWS, *CONFIG_ROWS, *CALLHOME_ROWS)
