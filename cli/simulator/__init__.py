"""Calls the hotline as citizens do: for `minsheng call`, the demo, tests and the benchmark."""
