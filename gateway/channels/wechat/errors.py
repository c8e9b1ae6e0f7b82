"""What WeChat's API answers, and what each answer means for us. Pure.

WechatError            code (WeChat's errcode, 0 where none came), retryable
├── WechatAway         nobody answered, or the system there is busy: later
├── AccountRefused     AppID, AppSecret or our own address are not those that WeChat knows: when somebody has mended it
├── TokenRefused       the access_token is not good any more: another one, at once
├── WindowClosed       the citizen wrote too long ago: nothing before he writes again
├── QuotaUsedUp        too many messages since he wrote last: nothing before he writes again
├── DailyLimit         the account has asked too often today: much later
├── NotPermitted       the account has no right to this part of the API: never, until somebody gets it the right
├── FileTooLarge       a file is larger than we take
├── CitizenGone        he does not follow the account, or never did: nothing
└── WechatRefused      anything else: this request never
"""

from __future__ import annotations

from typing import Any


class WechatError(Exception):
    retryable = False

    def __init__(self, code: int = 0) -> None:
        # WeChat's errmsg is left out: it may quote what was sent.
        super().__init__(f"errcode {code}")
        self.code = code


class WechatAway(WechatError):
    retryable = True


class AccountRefused(WechatError):
    retryable = True


class TokenRefused(WechatError):
    retryable = True


class WindowClosed(WechatError):
    pass


class QuotaUsedUp(WechatError):
    pass


class DailyLimit(WechatError):
    retryable = True


class NotPermitted(WechatError):
    pass


class CitizenGone(WechatError):
    pass


class FileTooLarge(WechatError):
    pass


class WechatRefused(WechatError):
    pass


_KINDS: dict[int, type[WechatError]] = {
    -1: WechatAway,
    40001: TokenRefused,
    40014: TokenRefused,
    42001: TokenRefused,
    42007: TokenRefused,
    45015: WindowClosed,
    45047: QuotaUsedUp,
    45009: DailyLimit,
    45011: DailyLimit,
    48001: NotPermitted,
    48004: NotPermitted,
    40164: AccountRefused,
    40003: CitizenGone,
    43004: CitizenGone,
}


def error_of(body: Any) -> WechatError | None:
    """What an answer of the API tells; None: it was done. Never raises."""
    if not isinstance(body, dict):
        return WechatAway()
    code = body.get("errcode", 0)
    if code == 0:
        return None
    if not isinstance(code, int):
        return WechatAway()
    return _KINDS.get(code, WechatRefused)(code)
