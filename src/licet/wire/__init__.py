"""What devices, on-prems and managers say: messages, codec, signed envelope, ID tokens, trust lists, sync documents."""
