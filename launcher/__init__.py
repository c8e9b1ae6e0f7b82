"""Sets the product up and starts it: environments, pages, models, processes. Nothing here answers a citizen.

`bootstrap` runs on the machine's own Python with the standard library only; everything else runs in the root environment.
"""
