"""Which event loop the tests of a module run on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(
    item: pytest.Function,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the module names as LOOP, else the usual one."""
    return {"loop": getattr(item.module, "LOOP", asyncio.new_event_loop)}
