"""`minsheng chat`: talk to the running hotline in the terminal, over the same HTTP interface as everybody else."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.panel import Panel

from cli.commands.errors import CommandError
from desk.settings import load_settings

TURN_TIMEOUT_S = 60.0


def _show(console: Console, message: dict[str, Any]) -> None:
    card = message.get("card") or {}
    lines = [message["text"]] if message.get("text") else []
    if message["kind"] == "order_draft" and card.get("fields"):
        # The text tells the fields as well, for those who see no card.
        lines = lines[0].split("\n")[:1] if lines else []
        lines += [f"  {field['label']}：{field['value']}" for field in card["fields"]]
    if message["kind"] == "order_card":
        lines += [f"  {key}: {value}" for key, value in card.items() if value]
    console.print(Panel("\n".join(lines), title="民声", title_align="left", border_style="blue"))
    for number, reply in enumerate(message.get("quick_replies") or [], 1):
        console.print(f"   [{number}] {reply['text']}", markup=False)


def chat(
    url: Annotated[str | None, typer.Option(help="Address of the gateway; default from the settings")] = None,
) -> None:
    """Talk to the bot. A number picks a quick reply; an empty line or Ctrl-D ends."""
    settings = load_settings()
    address = url or f"http://{settings.host}:{settings.port}"
    console = Console(highlight=False)
    with httpx.Client(base_url=address, timeout=TURN_TIMEOUT_S) as client:
        try:
            made = client.post("/api/v1/conversations", json={"channel": "api"})
            made.raise_for_status()
        except httpx.HTTPError as error:
            raise CommandError(f"no hotline answers at {address}; start it with 'make run'") from error
        conversation = made.json()
        client.headers["Authorization"] = f"Bearer {conversation['token']}"
        console.print(f"conversation {conversation['id']}", style="dim")
        offered: list[dict[str, Any]] = []
        for message in conversation.get("greeting", []):
            _show(console, message)
            offered = message.get("quick_replies") or offered
        while True:
            try:
                text = console.input("[bold]您：[/]").strip()
            except (EOFError, KeyboardInterrupt):
                break
            if not text:
                break
            body = {"message_id": uuid.uuid4().hex, "text": text}
            if text.isdigit() and 1 <= int(text) <= len(offered):
                picked = offered[int(text) - 1]
                body["text"] = picked["text"]
                if picked.get("payload"):
                    body["payload"] = picked["payload"]
            try:
                answer = client.post(f"/api/v1/conversations/{conversation['id']}/messages", json=body)
            except httpx.HTTPError as error:
                raise CommandError(
                    f"the gateway went away ({type(error).__name__}); is it still running?"
                ) from error
            if answer.status_code != 200:
                console.print(
                    answer.json().get("error", {}).get("text", answer.text), style="red", markup=False
                )
                continue
            offered = []
            for message in answer.json()["replies"]:
                _show(console, message)
                offered = message.get("quick_replies") or offered
