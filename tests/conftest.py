"""For every test: nothing leaves this machine, whoever tries."""

from support.guard import install

install()
