"""From the bot to a person and back: when, to whom, in which order, and what became of it.

SQL decides who owns a conversation (owner and epoch, compare-and-set in one transaction). Redis orders the queue and
makes offers. What Redis forgets is rebuilt from SQL, so nobody is lost when it is flushed, and nobody speaks twice
whatever it says. One *handoff* is one episode of a person: from the request to the closing or the giving back.

Pure rules: triggers.py (when), routing.py (to whom), estimate.py (how long). Stores: store.py (SQL; handoffs have their
tables in desk/conversations, callbacks and notes in tables.py), queue.py (Redis). service.py joins them; its acts return
events.py, which the gateway tells everybody.
"""
