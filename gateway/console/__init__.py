"""The console of the seats: sign-in, HTTP and the websocket, as docs/protocol.md describes them."""
