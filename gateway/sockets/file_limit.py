"""How many files and connections the system lets this process have open."""

from __future__ import annotations

import resource

import structlog

_log = structlog.get_logger(__name__)

# Sixty calls with recordings, two thousand pages, a hundred consoles with some tabs each.
WANTED = 4096
# What is no connection of a client: SQL, Redis, Rasa, recordings, pictures, logs.
RESERVED = 512
# Less than this and the hotline would refuse people while it has nothing to do.
LEAST = 64


def raise_file_limit() -> int:
    """As many as the system allows, without asking an administrator. Warns where that is little."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            # Some systems name a hard limit that they do not grant.
            _log.info("file_limit_stays", limit=soft)
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    limit = WANTED * 16 if soft == resource.RLIM_INFINITY else soft
    if limit < WANTED:
        _log.warning(
            "file_limit_low",
            limit=limit,
            wanted=WANTED,
            do=f"raise it: ulimit -n {WANTED}, LimitNOFILE={WANTED} (systemd), ulimits.nofile (compose)",
        )
    return limit


def connections_within(limit: int) -> int:
    """How many connections of clients fit."""
    return max(limit - RESERVED, LEAST)
