"""The order page (`/orders`): a citizen's own orders, after a proof that they are theirs. ADR 0050 says what proves it."""
