"""Which citizen of the WeChat account talks in which conversation, and what of it has been brought to him."""

from desk.wechat.store import (
    Arrival,
    Claim,
    Job,
    WechatStore,
    is_wechat,
    origin_of_citizen,
)

__all__ = ["Arrival", "Claim", "Job", "WechatStore", "is_wechat", "origin_of_citizen"]
