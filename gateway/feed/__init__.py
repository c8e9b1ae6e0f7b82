"""How what happens in a conversation reaches everybody who follows it, on every replica."""
