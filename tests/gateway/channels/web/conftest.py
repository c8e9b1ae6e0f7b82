"""A gateway that takes calls: real Silero, turns, store, Redis and espeak-ng; Rasa and the recogniser follow a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.fake_ears import FakeEars
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import MakeGateway

# A busy machine is slow, but not broken.
PATIENT: dict[str, Any] = {"tts_engines": "espeak", "tts_first_audio_s": 10, "rasa_timeout_s": 20.0}


@pytest.fixture
def ears() -> Iterator[FakeEars]:
    fake = FakeEars().start()
    yield fake
    fake.stop()


@pytest.fixture
def hotline(make_gateway: MakeGateway, ears: FakeEars) -> RunningGateway:
    return make_gateway(asr_port=ears.port, **PATIENT)
