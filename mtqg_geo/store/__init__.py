"""The store: programme data with history, in SQLite or PostgreSQL. Nothing is ever overwritten."""
