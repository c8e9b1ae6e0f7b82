"""What the hotline forgets: on a citizen's wish, and when its time is over.

Of a conversation and of an order a shell without people remains: that there was one, when, on what channel, of which kind
and how it ended. Figures and journals stay true, and nobody can be found in them.
"""

from desk.erasure.store import ERASED, Counts, ErasureStore, Found, FoundOrder

__all__ = ["ERASED", "Counts", "ErasureStore", "Found", "FoundOrder"]
