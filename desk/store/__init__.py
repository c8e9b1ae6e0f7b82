"""SQL and Redis: engine, tables' base, keys. Every query runs on SQLite and PostgreSQL."""
