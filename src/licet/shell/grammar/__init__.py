"""The administrator's commands: nouns, their verbs, what each takes, and the function that does it."""
