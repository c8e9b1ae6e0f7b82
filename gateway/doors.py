"""Every door of the gateway and who may come in: the one table that routes, websockets and consoles' frames are guarded by.

A route or websocket of the desk asks its line here when it is called (`gateway.console.sign_in`); one that has none is
shut. Doors of citizens and machines have guards of their own beside their routes; their lines say which.
`tests/gateway/test_doors.py` walks the whole application through the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from starlette.requests import HTTPConnection

from desk.seats.rights import Right


class Key(StrEnum):
    """What opens a door that is not for the people of the desk."""

    # Nothing: pages, and what begins a conversation or a sign-in.
    NOBODY_ASKS = "nobody_asks"
    # The token of the conversation.
    CONVERSATION = "conversation"
    # The token of a visit to the order page.
    ORDER_VISIT = "order_visit"
    # A token of MINSHENG_API_TOKENS.
    OPERATOR = "operator"
    # The secret of the outside desk.
    OUTSIDE_DESK = "outside_desk"
    # WeChat's signature; without a token the door is not there.
    WECHAT = "wechat"


class Door(NamedTuple):
    """`method` is that of HTTP, or WS; `path` the template of the route."""

    method: str
    path: str


WEBSOCKET = "WS"
_DESK = "/api/v1/desk"
_CONVERSATION = f"{_DESK}/conversations/{{conversation_id}}"
_CITIZEN = "/api/v1/conversations"
_OWN_ORDERS = "/api/v1/my-orders"
_OUTSIDE = "/api/v1/outside/conversations/{conversation_id}"

DOORS: Mapping[Door, Key | Right] = {
    Door("GET", "/"): Key.NOBODY_ASKS,
    Door("GET", "/seat"): Key.NOBODY_ASKS,
    Door("GET", "/config.json"): Key.NOBODY_ASKS,
    Door("GET", "/{path:path}"): Key.NOBODY_ASKS,
    Door("GET", "/healthz"): Key.NOBODY_ASKS,
    # Citizens. The websockets begin conversations, or show the token of one in their hello.
    Door(WEBSOCKET, "/ws/chat"): Key.NOBODY_ASKS,
    Door(WEBSOCKET, "/ws/call"): Key.NOBODY_ASKS,
    Door("POST", _CITIZEN): Key.NOBODY_ASKS,
    Door("POST", f"{_CITIZEN}/{{conversation_id}}/messages"): Key.CONVERSATION,
    Door("GET", f"{_CITIZEN}/{{conversation_id}}/messages"): Key.CONVERSATION,
    Door("POST", f"{_CITIZEN}/{{conversation_id}}/take-bot"): Key.CONVERSATION,
    Door("POST", f"{_CITIZEN}/{{conversation_id}}/leave"): Key.CONVERSATION,
    Door("POST", f"{_CITIZEN}/{{conversation_id}}/rating"): Key.CONVERSATION,
    Door("POST", f"{_CITIZEN}/{{conversation_id}}/images"): Key.CONVERSATION,
    Door("GET", "/api/v1/attachments/{attachment_id}"): Key.CONVERSATION,
    # The order page: what is proved in the body of the first opens the others for a while.
    Door("GET", "/orders"): Key.NOBODY_ASKS,
    # What it opens is what WeChat says of who comes back.
    Door("GET", "/wechat/orders"): Key.NOBODY_ASKS,
    Door("GET", "/wechat/orders/back"): Key.NOBODY_ASKS,
    Door("POST", f"{_OWN_ORDERS}/visits"): Key.NOBODY_ASKS,
    Door("POST", f"{_OWN_ORDERS}/phone-codes"): Key.NOBODY_ASKS,
    Door("DELETE", f"{_OWN_ORDERS}/visits"): Key.ORDER_VISIT,
    Door("GET", _OWN_ORDERS): Key.ORDER_VISIT,
    Door("GET", f"{_OWN_ORDERS}/{{number}}"): Key.ORDER_VISIT,
    Door("POST", f"{_OWN_ORDERS}/{{number}}/{{act}}"): Key.ORDER_VISIT,
    # Machines.
    Door("GET", "/api/v1/knowledge/search"): Key.OPERATOR,
    Door("GET", "/api/v1/orders"): Key.OPERATOR,
    Door("GET", "/api/v1/orders/{number}"): Key.OPERATOR,
    Door("PUT", "/api/v1/calls/{call_id}"): Key.OPERATOR,
    Door("POST", "/api/v1/calls/{call_id}"): Key.OPERATOR,
    Door("GET", "/api/v1/calls/{call_id}"): Key.OPERATOR,
    Door("GET", "/metrics"): Key.OPERATOR,
    Door("GET", "/openapi.json"): Key.OPERATOR,
    Door("GET", "/docs"): Key.OPERATOR,
    Door("GET", f"{_OUTSIDE}/messages"): Key.OUTSIDE_DESK,
    Door("POST", f"{_OUTSIDE}/messages"): Key.OUTSIDE_DESK,
    Door("POST", f"{_OUTSIDE}/close"): Key.OUTSIDE_DESK,
    Door("POST", f"{_OUTSIDE}/to-bot"): Key.OUTSIDE_DESK,
    Door("GET", "/wechat/callback"): Key.WECHAT,
    Door("POST", "/wechat/callback"): Key.WECHAT,
    # The desk.
    Door("POST", f"{_DESK}/sign-in"): Key.NOBODY_ASKS,
    Door("GET", f"{_DESK}/me"): Right.ACCOUNT,
    Door("POST", f"{_DESK}/sign-out"): Right.ACCOUNT,
    Door("POST", f"{_DESK}/password"): Right.ACCOUNT,
    Door(WEBSOCKET, "/ws/seat"): Right.SERVE,
    Door(WEBSOCKET, "/ws/seat/audio"): Right.SERVE,
    Door("GET", _CONVERSATION): Right.SERVE,
    Door("GET", f"{_CONVERSATION}/messages"): Right.SERVE,
    Door("GET", f"{_CONVERSATION}/knowledge"): Right.SERVE,
    Door("GET", f"{_CONVERSATION}/summary"): Right.SERVE,
    Door("GET", f"{_CONVERSATION}/order-draft"): Right.SERVE,
    Door("GET", f"{_CONVERSATION}/recordings"): Right.SERVE,
    Door("POST", f"{_CONVERSATION}/notes"): Right.SERVE,
    Door("POST", f"{_CONVERSATION}/reveal"): Right.SERVE,
    Door("POST", f"{_CONVERSATION}/images"): Right.SERVE,
    Door("POST", f"{_CONVERSATION}/orders"): Right.SERVE,
    Door("GET", f"{_DESK}/citizens/{{conversation_id}}/past"): Right.SERVE,
    Door("GET", f"{_DESK}/attachments/{{attachment_id}}"): Right.SERVE,
    Door("GET", f"{_DESK}/recordings/{{recording_id}}/audio"): Right.SERVE,
    Door("POST", f"{_DESK}/knowledge/{{article}}/feedback"): Right.SERVE,
    Door("GET", f"{_DESK}/categories"): Right.SERVE,
    Door("GET", f"{_DESK}/orders"): Right.SERVE,
    Door("GET", f"{_DESK}/orders/{{number}}"): Right.SERVE,
    Door("GET", f"{_DESK}/orders/{{number}}/pictures/{{attachment_id}}"): Right.SERVE,
    Door("POST", f"{_DESK}/orders/{{number}}/{{act}}"): Right.SERVE,
    Door("GET", f"{_DESK}/finished"): Right.SERVE,
    Door("GET", f"{_DESK}/directory"): Right.SERVE,
    Door("GET", f"{_DESK}/canned-replies"): Right.SERVE,
    Door("GET", f"{_DESK}/callbacks"): Right.SERVE,
    Door("POST", f"{_DESK}/callbacks/{{callback_id}}/{{act}}"): Right.SERVE,
    Door("GET", f"{_DESK}/overview"): Right.LEAD,
    Door("GET", f"{_DESK}/users"): Right.LEAD,
    # Leads change how the shift is staffed, and nothing else of an account: see the route.
    Door("PATCH", f"{_DESK}/users/{{user_id}}"): Right.LEAD,
    Door("POST", f"{_DESK}/users"): Right.MANAGE,
}

# What each frame of /ws/seat asks for, after hello; whose conversation it is, is a matter of the act. One that has no line
# is refused.
FRAMES: Mapping[str, Right] = {
    "heartbeat": Right.SERVE,
    "status": Right.SERVE,
    "accept": Right.SERVE,
    "decline": Right.SERVE,
    "open": Right.SERVE,
    "close_view": Right.SERVE,
    "send": Right.SERVE,
    "typing": Right.SERVE,
    "transfer": Right.SERVE,
    "pull_in": Right.SERVE,
    "call_in": Right.SERVE,
    "join": Right.SERVE,
    "refuse": Right.SERVE,
    "leave_call": Right.SERVE,
    "to_bot": Right.SERVE,
    "end": Right.SERVE,
    "wrap": Right.SERVE,
    "whisper": Right.LEAD,
    "take_over": Right.LEAD,
}


def door_of(connection: HTTPConnection) -> Door:
    """The door by which a request or websocket came in."""
    scope = connection.scope
    method = WEBSOCKET if scope["type"] == "websocket" else str(scope["method"])
    # Nobody has written a route for HEAD; it is a GET without its body.
    return Door("GET" if method == "HEAD" else method, str(getattr(scope.get("route"), "path", "")))


def right_for(connection: HTTPConnection) -> Right | None:
    """What the door asks of the people of the desk; None: it has no line in the table and stays shut."""
    guard = DOORS.get(door_of(connection))
    return guard if isinstance(guard, Right) else None
