"""Use cases that serve people: accounts, tokens, licenses, transfers, alerts; and the sweep that runs what falls due."""
