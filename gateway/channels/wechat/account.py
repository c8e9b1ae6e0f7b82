"""What the operator has written about the account: its menu, and what the QR codes on lamp posts and counters say.

`wechat.yml` in the var folder; without it, the one beside this file. A tap and a scan say a sentence for the citizen, so that
nothing has to be learnt for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SHIPPED = Path(__file__).with_name("wechat.yml")
# WeChat's bounds.
_TOP, _BELOW = 3, 5
_KEY_CHARS, _SCENE_CHARS = 128, 64
_SAY = "say:"

Name = Annotated[str, Field(min_length=1, max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]


class AccountFileError(Exception):
    """`str()` names the file and what to change."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Button(_Part):
    """`say` is said for the citizen, `view` opens an address; one of both, or `below` opens more."""

    name: Name
    say: Sentence | None = None
    view: Annotated[str, Field(pattern="^https?://", max_length=1024)] | None = None
    below: Annotated[tuple[Button, ...], Field(max_length=_BELOW)] = ()

    @model_validator(mode="after")
    def _does_one_thing(self) -> Button:
        if sum((self.say is not None, self.view is not None, bool(self.below))) != 1:
            raise ValueError(f"{self.name}: give it one of say, view and below")
        if any(button.below for button in self.below):
            raise ValueError(f"{self.name}: WeChat's menu has two levels")
        if self.say and len(f"{_SAY}{self.say}".encode()) > _KEY_CHARS:
            raise ValueError(
                f"{self.name}: WeChat takes at most {(_KEY_CHARS - len(_SAY)) // 3} characters to say"
            )
        return self

    def as_wechat_has_it(self) -> dict[str, Any]:
        if self.below:
            return {"name": self.name, "sub_button": [button.as_wechat_has_it() for button in self.below]}
        if self.view:
            return {"type": "view", "name": self.name, "url": self.view}
        return {"type": "click", "name": self.name, "key": f"{_SAY}{self.say}"}


class Account(_Part):
    menu: Annotated[tuple[Button, ...], Field(max_length=_TOP)] = ()
    scenes: dict[Annotated[str, Field(min_length=1, max_length=_SCENE_CHARS)], Sentence] = {}

    @classmethod
    def load(cls, var_dir: Path) -> Account:
        """Raises AccountFileError."""
        path = var_dir / "wechat.yml"
        path = path if path.exists() else SHIPPED
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise AccountFileError(f"{path} cannot be read: {error}") from error
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise AccountFileError(f"{path}: {told}") from error

    def menu_for_wechat(self) -> dict[str, Any]:
        return {"button": [button.as_wechat_has_it() for button in self.menu]}

    def said_by(self, what: Literal["tap", "scan"], key: str) -> str | None:
        """The sentence that a tap on the menu or a scan stands for; None for a key that nobody has written down."""
        if what == "scan":
            return self.scenes.get(key)
        said = key.removeprefix(_SAY)
        return said if key.startswith(_SAY) and said in self._sentences() else None

    def _sentences(self) -> set[str]:
        buttons = [*self.menu, *(inner for button in self.menu for inner in button.below)]
        return {button.say for button in buttons if button.say}
