"""What the running Rasa server holds in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.private import PrivateProduct
from tests.product import HttpCitizen

pytestmark = pytest.mark.rasa


def test_a_server_that_has_answered_has_not_loaded_tensorflow(
    product: PrivateProduct, citizen: HttpCitizen
) -> None:
    assert citizen.send("公积金怎么提取").replies
    mapped = Path(f"/proc/{product.pid('rasa')}/maps").read_text(encoding="utf-8")
    # The encoder's runtime is there, so it is the right process.
    assert "onnxruntime" in mapped
    assert "tensorflow" not in mapped
