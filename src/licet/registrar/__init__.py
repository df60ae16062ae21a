"""Use cases that serve devices: register, authorize, renew, leave, explain; pure functions over ports."""
