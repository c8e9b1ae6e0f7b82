"""The hotline's own business: knowledge, work orders, conversations, privacy. A library, not a process.

Imports no sibling room. Reading order: settings, store, conversations, orders, knowledge.
"""
