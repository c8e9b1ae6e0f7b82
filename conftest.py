"""Fixtures of all tests of the root environment that start the whole product."""

pytest_plugins = ["tests.product"]
