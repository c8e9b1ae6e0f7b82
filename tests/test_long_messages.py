"""Ten long messages with the real Rasa: its memory stays small, where the erasing command looks for it."""

from __future__ import annotations

import pytest
import redis

from desk.store.redis_keys import rasa_tracker
from launcher.private import PrivateProduct
from tests.product import HttpCitizen

pytestmark = pytest.mark.rasa

# As bot/tracker_store.py, which lives in another environment.
MAX_BYTES = 128 * 1024
LONG = "我们小区和平路88号3栋楼下每天晚上施工到十二点，吵得老人睡不着，找过物业也没有人管。"


def test_ten_long_messages_leave_a_small_memory(product: PrivateProduct, citizen: HttpCitizen) -> None:
    client = redis.Redis.from_url(product.settings.effective_redis_url)
    sizes = []
    for number in range(10):
        assert citizen.send(f"第{number}件事：{LONG * 110}"[:5000]).replies
        sizes.append(int(client.strlen(rasa_tracker(citizen.id))))
    assert 0 < min(sizes) and max(sizes) <= MAX_BYTES, sizes
    assert citizen.send("你好").replies
