from __future__ import annotations

from desk.privacy import is_personal, mask_card, mask_field


def test_a_field_is_masked_by_what_it_is_called() -> None:
    assert mask_field("callback_phone", "0571-12345678").endswith("78")
    assert mask_field("caller_name", "欧阳锋") == "欧阳*"
    assert mask_field("place", "明州市和平路88号幸福里小区3栋").startswith("明州市和平路")
    assert mask_field("description", "请回13900001234") == "请回139****1234"
    assert is_personal("phone") and not is_personal("description")


def test_a_card_keeps_its_shape_and_what_is_ours() -> None:
    draft = {
        "fields": [
            {"name": "phone", "label": "联系电话", "value": "13900001234"},
            {"name": "description", "label": "反映内容", "value": "我叫王小明，电梯坏了"},
        ]
    }
    assert mask_card(draft) == {
        "fields": [
            {"name": "phone", "label": "联系电话", "value": "139****1234"},
            {"name": "description", "label": "反映内容", "value": "我叫王*，电梯坏了"},
        ]
    }
    order = {"number": "20261129000127", "status": "待派单", "place": "和平路"}
    assert mask_card(order) == order
    assert mask_card({"numbers": [{"number": "119", "label": "火警"}], "scale": 5, "more": None}) == {
        "numbers": [{"number": "119", "label": "火警"}],
        "scale": 5,
        "more": None,
    }
