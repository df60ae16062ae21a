"""The NX-OS style command line over an agent."""
