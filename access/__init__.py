"""Who may ask the servers that only the product's own processes talk to. Pure; imports nothing of ours, and Python 3.10 and 3.11 read it."""
