"""Ports for copies of the product that come and go."""

from __future__ import annotations

import random
import socket

from launcher.errors import LauncherError

# Below those that Linux gives to whoever connects or asks for any port (from 32768).
PORTS = range(20_000, 26_000)


def free_ports(count: int, among: range = PORTS) -> list[int]:
    """Ports that are free now; all held at once while choosing, so that they differ.

    None that the kernel gives away by itself: Rasa takes its port half a minute after it was chosen here, and whatever
    else runs on this machine connects and listens meanwhile.

    Raises:
        LauncherError: no port is free.
    """
    chosen: list[socket.socket] = []
    try:
        for port in random.SystemRandom().sample(among, len(among)):
            probe = socket.socket()
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                probe.close()
                continue
            chosen.append(probe)
            if len(chosen) == count:
                return [probe.getsockname()[1] for probe in chosen]
        raise LauncherError(f"fewer than {count} ports of {among.start} to {among.stop - 1} are free")
    finally:
        for probe in chosen:
            probe.close()
