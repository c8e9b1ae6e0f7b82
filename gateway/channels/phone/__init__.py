"""Phone calls from Asterisk over AudioSocket."""
