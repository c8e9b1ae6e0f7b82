"""Ports for copies of the product: free, different, and none that the system gives to others meanwhile."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from launcher.errors import LauncherError
from launcher.ports import PORTS, free_ports
from tests.conftest import TEST_PORTS


def test_they_are_free_and_differ() -> None:
    found = free_ports(6)
    assert len(set(found)) == 6 and set(found) <= set(PORTS)
    for port in found:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))


def test_the_system_gives_none_of_them_away() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    assert max(*PORTS, *TEST_PORTS) < first
    assert not set(PORTS) & set(TEST_PORTS)


def test_one_that_is_taken_is_passed_over() -> None:
    first, second = free_ports(2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        pair = range(min(first, second), max(first, second) + 1, max(1, abs(first - second)))
        assert free_ports(1, pair) == [second]
        with pytest.raises(LauncherError, match="fewer than 2 ports"):
            free_ports(2, pair)
