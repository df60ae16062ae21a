"""What `?` prints and what the tab key completes to."""

from licet.switch.grammar import Kind, Mode, Parameter
from licet.switch.parser import RETURN, Offers, offers

# What may follow a `show` command; NX-OS's words, recalled (mark M).
_OUTPUT_HELP = (
    (">", "Redirect it to a file"),
    (">>", "Redirect it to a file in append mode"),
    ("|", "Pipe command output to filter"),
)


def help_text(found: Offers) -> str:
    """Return the lines of `?`: the end of the line first, then keywords, then parameters."""
    rows: list[tuple[str, str]] = []
    if found.leaf is not None:
        rows.append((RETURN, ""))
    rows += found.words
    if found.parameter is not None:
        rows.append(_parameter(found.parameter))
    if found.leaf is not None and found.leaf.words[0] == "show":
        rows += _OUTPUT_HELP
    width = max((len(name) for name, _ in rows), default=0)
    return "".join(f"  {name:<{width}}  {said}".rstrip() + "\n" for name, said in rows)


def _parameter(parameter: Parameter) -> tuple[str, str]:
    match parameter.kind:
        case Kind.NUMBER:
            return f"<{parameter.least}-{parameter.most}>", parameter.help
        case Kind.LINE:
            return "LINE", f"{parameter.help} (Max Size {parameter.most})"
        case (
            Kind.ADDRESS
            | Kind.IPV4
            | Kind.PREFIX
            | Kind.PREFIX6
            | Kind.PORT
            | Kind.TIME
            | Kind.FILE
        ):
            return parameter.kind.value, parameter.help
        case _:
            return "WORD", f"{parameter.help} (Max Size {parameter.most})"


def completions(line: str, mode: Mode) -> tuple[str, ...]:
    """Return the keywords that the last word of `line` may become; none where it cannot be read."""
    found = offers(line, mode)
    return tuple(word for word, _ in found.words) if isinstance(found, Offers) else ()
