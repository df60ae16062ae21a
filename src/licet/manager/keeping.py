"""Declares `licet manager pki`; what it does is loaded when it is run."""

from licet.shell.keeping import command, file_option, passphrase_option, yes_option
from licet.shell.options import Groups, sentence


def add_pki(groups: Groups) -> None:
    """Add `pki` with its commands."""
    text = "the authority's keys and certificates"
    noun = groups.add_parser("pki", help=text, description=sentence(text))
    noun.set_defaults(noun="pki")
    verbs = noun.add_subparsers(metavar="command", required=True)
    command(
        verbs, "status", "manager.pki.status", "show keys, certificates and when they are renewed"
    )
    for name, text in (
        ("rotate-root", "make a new licensing root; products follow by themselves"),
        ("rotate-issuer", "make a new issuing CA under the same root"),
    ):
        parser = command(verbs, name, f"manager.pki.{name.replace('-', '_')}", text)
        file_option(parser, "--root-key", "the root's key, where it is kept off this machine")
        passphrase_option(parser)
        yes_option(parser)
    text = "make a new master key for ID tokens; older tokens live on until they end"
    yes_option(command(verbs, "rotate-token-key", "manager.pki.rotate_token_key", text))
    text = "move the licensing root's key off this machine"
    parser = command(verbs, "offline", "manager.pki.offline", text)
    file_option(parser, "--to", "file to write; nothing is overwritten", required=True)
    passphrase_option(parser)
    yes_option(parser)
