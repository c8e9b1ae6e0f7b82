"""Graph components of our own, one a file. Import this package from the repository root (`PYTHONPATH=.`)."""
