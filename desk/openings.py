"""Sentences by which an answer that is made for one caller begins. Their sound is made before anybody calls, so that he hears
something at once, while the voice makes the rest."""

from __future__ import annotations

from desk.orders.drafting.draft import TYPES

SEVERAL = "这有几种情况。"
READ_BACK = "我给您念一遍。"
REGISTERED = "登记好了。"
YES = "好的。"
SAY_AGAIN = "抱歉,我没听明白,麻烦您再说一遍。"
SORRY = "让您这么着急,真的抱歉。"
SOOTHED = "您的心情我理解,我一定如实记下来。"

CALM = "您先别着急,"


def registering(label: str, *, calm: bool) -> str:
    """An order of the type `label` (求助) begins; `calm`: for one who is upset."""
    return f"好的,{CALM if calm else ''}我来帮您登记{label}。"


ALL = (
    SEVERAL,
    READ_BACK,
    REGISTERED,
    YES,
    SAY_AGAIN,
    SORRY,
    SOOTHED,
    *(registering(label, calm=calm) for label in TYPES.values() for calm in (False, True)),
)
