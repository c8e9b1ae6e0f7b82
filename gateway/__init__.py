"""The gateway: the only process that faces people.

From the ground up: `runtime/`, `audio/`, `sockets/` and `pictures/` know no business; `conversations/`, `feed/` and `turns/`
are the bot's side, `handoff/` the people's; `voice/` is a call, `tts/` its voice, `talk/` what a seat says into it; `channels/`
is what citizens meet, `console/` what seats meet, `api/` what machines meet. `composition.py` joins them and alone knows all.

Read `turns/session.py` (the rules of a turn, pure), `turns/turns.py` (the shell around them), `feed/hub.py` (how messages reach
open pages), then `channels/web/` (the protocol of docs/protocol.md).
"""
