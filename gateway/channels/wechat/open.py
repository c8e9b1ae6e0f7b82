"""Puts the WeChat channel together, where the settings name an account."""

from __future__ import annotations

from gateway.channels.wechat.account import Account
from gateway.channels.wechat.api import WechatApi
from gateway.channels.wechat.hotline import HotlineTools, WechatHotline


def open_wechat(tools: HotlineTools) -> WechatHotline | None:
    """None: the channel is off. Raises AccountFileError."""
    settings = tools.settings
    if settings.wechat_token is None or settings.wechat_app_secret is None:
        return None
    api = WechatApi(
        settings.wechat_api_url,
        settings.wechat_app_id,
        settings.wechat_app_secret.get_secret_value(),
        tools.redis,
    )
    return WechatHotline(tools, api, Account.load(settings.var_dir))
