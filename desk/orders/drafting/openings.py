"""Sentences by which an answer that is made for one caller begins. Their sound is made before anybody calls, so that he hears
something at once, while the voice makes the rest."""

from __future__ import annotations

from desk.orders.drafting.draft import TYPES

SEVERAL = "这有几种情况。"
READ_BACK = "我给您念一遍。"
REGISTERED = "登记好了。"
YES = "好的。"

CALM = "您先别着急，"


def registering(label: str, *, calm: bool) -> str:
    """An order of the type `label` (求助) begins; `calm`: for one who is upset."""
    return f"好的，{CALM if calm else ''}我来帮您登记{label}。"


ALL = (
    SEVERAL,
    READ_BACK,
    REGISTERED,
    YES,
    *(registering(label, calm=calm) for label in TYPES.values() for calm in (False, True)),
)
