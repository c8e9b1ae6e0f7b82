"""Pages that may not complain: nothing may break the Content-Security-Policy, throw, or write errors to the console."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page

from tests.waiting import PATIENCE_MS

# Reports what the Content-Security-Policy stopped, which is otherwise only a console line.
WATCH_POLICY = """
window.__violations = [];
document.addEventListener('securitypolicyviolation',
  (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


class Watched:
    """A browser context whose pages may not complain, except of what `asked_for` matches: the test broke it."""

    def __init__(self, context: BrowserContext, asked_for: re.Pattern[str]) -> None:
        self.context = context
        self.complaints: list[str] = []
        self._asked_for = asked_for
        context.add_init_script(WATCH_POLICY)

    def page(self, url: str) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", lambda line: self._note(line.type, line.text))
        page.goto(url)
        return page

    def check(self) -> None:
        for page in self.context.pages:
            self.complaints += page.evaluate("window.__violations")
        assert self.complaints == []

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not self._asked_for.search(text):
            self.complaints.append(f"{kind}: {text}")
