"""What can go wrong with accounts and sign-ins. `text` is Chinese and may be shown to the person who tried.

SeatError                 text, retryable
├── UserNotFound          no such user
├── BadUser               a field breaks a rule (`field` names it)
│   ├── WeakPassword      the password breaks one
│   └── Taken             username or badge belongs to somebody else
├── LastAdmin             nobody would be left who can manage accounts
├── WrongPassword         username or password wrong; which one is not told
├── Locked                too many failures from there; `until` says when to come back, `wait_s` in how long
├── Slowed                somebody guesses this name's password; strangers wait `wait_s` seconds between tries
├── Disabled              the password is right, the account is out of use
├── NotSignedIn           no sign-in, or it has run out or was ended
└── BadCannedReplies      data/canned_replies.yml breaks a rule

None of them carries a password or a citizen's data.
"""

from __future__ import annotations

from datetime import datetime


class SeatError(Exception):
    """Base of this folder's errors. `retryable`: the same call may succeed later."""

    log_safe = True
    retryable = False

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class UserNotFound(SeatError):
    def __init__(self) -> None:
        super().__init__("没有这个账号")


class BadUser(SeatError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class WeakPassword(BadUser):
    def __init__(self, reason: str) -> None:
        super().__init__("password", reason)


class Taken(BadUser):
    pass


class LastAdmin(SeatError):
    def __init__(self) -> None:
        super().__init__("这是最后一个可用的管理员账号，不能停用或降级")


class WrongPassword(SeatError):
    def __init__(self) -> None:
        super().__init__("用户名或密码不正确")


class Locked(SeatError):
    retryable = True

    def __init__(self, until: datetime, now: datetime) -> None:
        super().__init__("密码错误次数过多，暂时不能从这里登录此账号")
        self.until = until
        self.wait_s = (until - now).total_seconds()


class Slowed(SeatError):
    retryable = True

    def __init__(self, wait_s: float) -> None:
        super().__init__("登录尝试太频繁了，请稍后再试")
        self.wait_s = wait_s


class Disabled(SeatError):
    def __init__(self) -> None:
        super().__init__("账号已停用，请联系管理员")


class NotSignedIn(SeatError):
    def __init__(self) -> None:
        super().__init__("请先登录")


class BadCannedReplies(SeatError):
    pass
