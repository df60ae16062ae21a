"""The product side: state tables, the machine, its store, its runtime, its transports."""
