"""What citizens meet: one package a channel; none imports another. `calls.py` is what the calls of all channels share."""
