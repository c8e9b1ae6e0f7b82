"""`kill -9` of gateways and Redis while conversations wait and are served: nobody is lost, no word is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
from collections.abc import Iterator
from itertools import pairwise

import pytest

from bench.handoff import Crowd, Load, Part, Stack, inspect
from desk.conversations import EventKind

pytestmark = [pytest.mark.redis, pytest.mark.slow]

LOAD = Load(waiting=12, seats=4, handling_s=3.0, exchanges=3)
# Everybody is served in about ten seconds when all is well.
LIMIT_S = 120.0
# Some conversations are served then, some have just been offered, the rest wait.
KILL_AFTER_S = 2.0
DOWN_S = 1.5
_groups = itertools.count()

VICTIMS = {
    "one gateway": ("first gateway",),
    "redis": ("redis",),
    "redis that forgets everything": ("redis", "its memory"),
    "both gateways": ("first gateway", "second gateway"),
    "all": ("first gateway", "second gateway", "redis"),
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two gateways, Redis and a database of this module alone."""
    with contextlib.ExitStack() as running:
        yield Stack(tmp_path_factory.mktemp("desk"), None, running)


def processes(stack: Stack, victims: tuple[str, ...]) -> list[tuple[Part, str]]:
    known = {
        "redis": (stack.first, "redis"),
        "first gateway": (stack.first, "gateway"),
        "second gateway": (stack.second, "gateway"),
    }
    return [known[victim] for victim in victims if victim in known]


async def kill_and_restart(stack: Stack, victims: tuple[str, ...]) -> None:
    chosen = processes(stack, victims)
    for part, name in chosen:
        await asyncio.to_thread(part.kill, name)
    if "its memory" in victims:
        for folder in (stack.first.settings.var_dir / "redis").glob("appendonly*"):
            shutil.rmtree(folder)
    await asyncio.sleep(DOWN_S)
    for part, name in chosen:
        part.launch(name)
    for part, name in chosen:
        await asyncio.to_thread(part.wait, name)


def offered_twice(stack: Stack, conversation: str) -> int:
    """How often it was offered to a seat while the offer to another one was open."""
    settling = {EventKind.ACCEPTED, EventKind.DECLINED, EventKind.OFFER_EXPIRED, EventKind.REQUEUED}
    kinds = [
        event.kind
        for event in stack.handoffs.history(conversation)
        if event.kind in settling | {EventKind.OFFERED}
    ]
    return sum(before is after is EventKind.OFFERED for before, after in pairwise(kinds))


@pytest.mark.parametrize("victims", VICTIMS.values(), ids=VICTIMS.keys())
async def test_everybody_who_waits_is_served_once_whatever_dies(
    stack: Stack, victims: tuple[str, ...]
) -> None:
    crowd = Crowd(stack, LOAD, group=f"g{next(_groups)}")
    try:
        await crowd.sign_in()
        waiting = await crowd.fill()
        work = asyncio.create_task(crowd.serve(waiting, LIMIT_S))
        await asyncio.sleep(KILL_AFTER_S)
        assert crowd.watch.closed != set(waiting), "killed too late to prove anything"
        await kill_and_restart(stack, victims)
        await work
    finally:
        await crowd.aclose()

    assert crowd.watch.closed == set(waiting)
    verdict = inspect(stack, waiting, crowd.watch.sent)
    # The first words of each, then a line of either side in every exchange; more only where a seat was lost.
    least = LOAD.waiting * (1 + 2 * LOAD.exchanges)
    assert len(crowd.watch.sent) >= least
    assert (verdict.lost, verdict.doubled, verdict.gaps) == (0, 0, 0)
    assert (verdict.unserved, verdict.two_owners) == (0, 0)
    seen = crowd.watch.troubles
    assert {what: seen[what] for what in ("gaps on a page", "shown twice", "never shown") if seen[what]} == {}
    if "its memory" not in victims:
        # A Redis that forgot an offer makes it anew; SQL lets only one of the two have the conversation.
        assert seen["offered to two at once"] == 0
        assert sum(offered_twice(stack, one) for one in waiting) == 0
