"""A whole call of the scripted citizen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from cli.simulator.caller import Caller
from cli.simulator.citizen import Citizen
from cli.simulator.report import CallBook, spoken_since
from desk.conversations import Owner

# The hotline begins to answer within so long, however slow the machine.
ANSWER_S = 60.0
# The citizen gives up after so many turns.
MOST_TURNS = 30
# The citizen has heard so much of what they interrupt.
LISTENS_S = 1.0


async def play(
    caller: Caller, book: CallBook, voice: Mapping[str, bytes], pause_s: float, interrupts: int | None = None
) -> None:
    """Until the citizen has asked for a person and heard the answer, or the hotline hangs up.

    Args:
        voice: each of the citizen's lines as PCM at the rate of the call.
        pause_s: the hotline has finished when it is silent for so long.
        interrupts: they speak into the hotline's words once, in this turn (1 is the opening) or in the first one after it
            where they last long enough to be interrupted.
    """
    citizen = Citizen()
    seen = 0
    for turn in range(1, MOST_TURNS + 1):
        cuts_in = interrupts is not None and turn >= interrupts and await _hears_long_words(caller)
        if cuts_in:
            interrupts = None
        elif not await caller.until_answered(pause_s, ANSWER_S):
            return
        messages = await asyncio.to_thread(book.messages, seen)
        seen = messages[-1].seq if messages else seen
        registered, owner = await asyncio.to_thread(lambda: (book.registered, book.owner))
        handed = owner not in ("", Owner.BOT.value)
        words = citizen.answer(spoken_since(messages), registered=registered, handed=handed)
        if words is None:
            return
        await caller.say(voice[words], words)


async def _hears_long_words(caller: Caller) -> bool:
    """True as soon as the hotline has spoken for LISTENS_S and goes on."""
    if not await caller.until(lambda: caller.hotline_speaks, ANSWER_S):
        return False
    return not await caller.until(lambda: not caller.hotline_speaks, LISTENS_S) and not caller.gone
