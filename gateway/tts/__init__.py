"""Speaking: synthesisers behind one protocol, the order in which they are tried, and the cache."""
