"""Dependencies of the citizens' routes: what they use, by name, and the token of a conversation."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Path, Request

from desk.conversations import ConversationStore, WrongToken
from desk.settings import Settings
from gateway.channels.web.limits import CitizenLimits
from gateway.conversations.opening import Opening
from gateway.conversations.tokens import ConversationTokens, bearer
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.people import People
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.runtime.metrics import Metrics
from gateway.sockets.network import address_of
from gateway.turns.turns import Turns

Store = Annotated[ConversationStore, the(ConversationStore)]
InThreads = Annotated[Blocking, the(Blocking)]
Feed = Annotated[Hub, the(Hub)]
BotTurns = Annotated[Turns, the(Turns)]
Coordinator = Annotated[HandoffCoordinator, the(HandoffCoordinator)]
Seats = Annotated[People, the(People)]
Tokens = Annotated[ConversationTokens, the(ConversationTokens)]
Limits = Annotated[CitizenLimits, the(CitizenLimits)]
Begin = Annotated[Opening, the(Opening)]
KeptPictures = Annotated[Pictures, the(Pictures)]
Measured = Annotated[Metrics, the(Metrics)]
Configured = Annotated[Settings, the(Settings)]

ConversationId = Annotated[str, Path(max_length=64)]
Authorization = Annotated[str | None, Header(include_in_schema=False)]


class Citizen:
    """Whoever sends a request, with the token that they show."""

    def __init__(
        self, tokens: ConversationTokens, limits: CitizenLimits, address: str, authorization: str | None
    ) -> None:
        self.address = address
        self._tokens = tokens
        self._limits = limits
        self._token = bearer(authorization)

    async def reads(self, conversation_id: str) -> None:
        """Raises WrongToken, ConversationNotFound, StoreUnavailable."""
        if self._token is None:
            raise WrongToken(conversation_id)
        await self._tokens.check(conversation_id, self._token)

    async def acts(self, conversation_id: str) -> None:
        """What every act of a citizen begins with. Raises as `reads` does, and TooMany."""
        await self.reads(conversation_id)
        await self._limits.count_message(conversation_id, self.address)


async def citizen_of(
    request: Request, tokens: Tokens, limits: Limits, authorization: Authorization = None
) -> Citizen:
    return Citizen(tokens, limits, address_of(request), authorization)


AsCitizen = Annotated[Citizen, Depends(citizen_of)]
