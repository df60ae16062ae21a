"""What devices, on-prems and managers say: messages, codec, signed envelope, ID tokens, leases, trust lists."""
