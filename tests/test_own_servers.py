"""Who has no token learns nothing from Rasa, the actions and the speech server of a running product, and the product
itself has them all."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from desk.settings import OwnServer
from launcher.private import PrivateProduct
from tests.product import HttpCitizen

pytestmark = pytest.mark.rasa


def test_a_stranger_on_this_machine_is_let_in_nowhere(product: PrivateProduct) -> None:
    settings = product.settings
    actions = f"http://127.0.0.1:{settings.actions_port}"
    doors = [
        ("POST", f"{settings.rasa_url}/webhooks/rest/webhook"),
        ("GET", f"{settings.rasa_url}/conversations/c1/tracker"),
        ("POST", f"{settings.rasa_url}/conversations/c1/tracker/events"),
        ("POST", f"{settings.rasa_url}/model/parse"),
        ("POST", f"{actions}/webhook"),
        ("GET", f"{actions}/actions"),
    ]
    if "asr" in product.names:
        doors += [("GET", f"http://{settings.asr_address}{path}") for path in ("/", "/health", "/metrics")]
    with httpx.Client(timeout=30, trust_env=False) as stranger:
        answers = [
            (stranger.post(url, json={}) if method == "POST" else stranger.get(url)).status_code
            for method, url in doors
        ]
    assert answers == [401] * len(doors)


def test_the_product_serves_its_citizens_and_is_well(product: PrivateProduct, citizen: HttpCitizen) -> None:
    assert citizen.send("公积金怎么提取").replies
    components = httpx.get(f"{product.url}/healthz", timeout=30).json()["components"]
    named = {"rasa", "actions"} | ({"speech"} if "asr" in product.names else set())
    assert {name: components[name]["state"] for name in named} == dict.fromkeys(named, "ok")


def test_tokens_stand_on_no_command_line_and_in_no_log(product: PrivateProduct) -> None:
    tokens = [product.settings.own_token(server) for server in OwnServer]
    assert len(set(tokens)) == len(tokens) and all(tokens)
    for server in OwnServer:
        assert product.settings.token_file(server).stat().st_mode & 0o777 == 0o600
    for name in product.names:
        told = Path(f"/proc/{product.pid(name)}/cmdline").read_text(encoding="utf-8")
        log = product.log(name)
        assert not any(token in told or token in log for token in tokens), name
    assert product.settings.token_file(OwnServer.ASR).parent.stat().st_mode & 0o077 == 0
