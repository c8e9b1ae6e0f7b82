"""Orders to test with."""

from __future__ import annotations

from typing import Any

from desk.orders.order import FieldSource, NewOrder, OrderType, Origin


def barbecue(draft_id: str = "d1", **changes: Any) -> NewOrder:
    """A neighbour's complaint about smoke, with everything filled in."""
    values: dict[str, Any] = {
        "conversation_id": "c1",
        "draft_id": draft_id,
        "channel": "web",
        "type": OrderType.COMPLAIN,
        "title": "和平路88号烧烤店油烟扰民",
        "description": "我家楼下烧烤店油烟太大了,天天晚上弄到一两点",
        "appeal": "希望有人来查一下",
        "event_time": "天天晚上到一两点",
        "place_district": "东湖区",
        "place_street": "和平街道",
        "place_detail": "和平路88号",
        "subject": "烧烤店",
        "category_code": "0803",
        "category_path": ("生态环境", "大气污染"),
        "department": "明州市城市管理局",
        "caller_name": "王小明",
        "caller_title": "先生",
        "phone": "138 0013 8000",
        "sources": {
            "subject": FieldSource(turn=1, origin=Origin.CITIZEN, span=(4, 7), confidence=0.93),
            "category_code": FieldSource(turn=1, origin=Origin.CLASSIFIER, confidence=0.8),
        },
    }
    return NewOrder(**(values | changes))
