"""The hotline inside a WeChat Official Account (公众号). docs/wechat.md says how an account is connected.

What comes in (`callback.py`) is checked (`signing.py`, `sealing.py`), read (`incoming.py`) and said to the same turns as
everybody's words (`hotline.py`; pictures and voice through `voice.py`). What the hotline has to say lies in the
conversation's log; `delivery.py` brings it to the citizen once, as the passive reply or by WeChat's API (`api.py`,
`access_token.py`), within the quota that WeChat grants (`quota.py`), in words that a chat can show (`wording.py`).

Another door of WeChat (微信客服, a page inside WeChat) brings its own callback and its own `Outlet`; everything between
them is the same.
"""
