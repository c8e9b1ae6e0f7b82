"""Conversations of citizens, whatever channel they come by: how one begins, and the token that opens it."""
