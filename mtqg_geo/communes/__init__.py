"""Which commune is which, on any day."""
