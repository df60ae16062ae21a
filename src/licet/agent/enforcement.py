"""Which entitlement states let a product use what it asked for."""

from licet.agent.tables import Entitlement

X = Entitlement

# The trust model of the source document: being out of compliance is reported, not punished; what
# ran out (evaluation, authorization) or was never valid is not allowed.
TRUST = frozenset({X.WAITING, X.IN_COMPLIANCE, X.OUT_OF_COMPLIANCE, X.EVALUATION})

# For a vendor that wants only what was bought, or is being evaluated.
STRICT = frozenset({X.IN_COMPLIANCE, X.EVALUATION})
