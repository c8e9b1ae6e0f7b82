"""Sentences by which an answer that is made for one caller begins. Their sound is made before anybody calls, so that he hears
something at once, while the voice makes the rest."""

from __future__ import annotations

SEVERAL = "这有几种情况。"
READ_BACK = "我给您念一遍。"
REGISTERED = "登记好了。"

ALL = (SEVERAL, READ_BACK, REGISTERED)
