"""Pictures over HTTP: what cannot be seen of them stays away, and nobody fills the disk."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from gateway.runtime.blocking import MAX_PICTURES_WAITING, Blocking, TooBusy
from tests.gateway.conftest import Citizen, MakeGateway, client_of
from tests.gateway.samples import SECRET, photo, picture
from tests.waiting import PATIENCE_S


async def send(client: httpx.AsyncClient, citizen: Citizen, content: bytes) -> httpx.Response:
    url = f"/api/v1/conversations/{citizen.id}/images"
    return await client.post(url, files={"file": ("a.jpg", content)}, headers=citizen.headers)


async def test_the_place_where_a_photo_was_taken_is_neither_kept_nor_shown(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        sent = await send(client, citizen, photo())
        assert sent.status_code == 201, sent.text
        name = sent.json()["attachment"]["id"]
        shown = await client.get(f"/api/v1/attachments/{name}", headers=citizen.headers)
    assert shown.headers["content-type"] == "image/jpeg" and shown.content.startswith(b"\xff\xd8\xff")
    kept = [
        path.read_bytes() for path in (gateway.settings.var_dir / "attachments").rglob("*") if path.is_file()
    ]
    assert kept == [shown.content] and SECRET not in shown.content and b"Exif" not in shown.content


async def test_an_address_sends_only_so_many_and_is_told_so(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(rate_pictures_per_hour=3)
    async with client_of(gateway) as client:
        citizens = [await Citizen.arrive(client) for _ in range(4)]
        answers = [await send(client, citizen, picture()) for citizen in citizens]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        assert "图片" in answers[-1].json()["error"]["text"] and int(answers[-1].headers["retry-after"]) > 60
        # Words go on.
        assert (await citizens[-1].say("你好")).status_code == 200


async def test_a_full_store_and_a_broken_picture_are_told_in_words(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(pictures_store_mb=1)
    async with client_of(gateway) as client:
        citizen = await Citizen.arrive(client)
        half = await send(client, citizen, photo((400, 300))[:2000])
        assert (half.status_code, half.json()["error"]["code"]) == (422, "broken")
        heap = gateway.settings.var_dir / "attachments" / "c0"
        heap.mkdir(parents=True)
        (heap / "x.png").write_bytes(bytes(1_000_000))
        full = await send(client, await Citizen.arrive(client), picture())
        assert full.status_code in (201, 507)
    # A gateway that has not counted yet sees what lies there.
    async with client_of(make_gateway(pictures_store_mb=1)) as client:
        full = await send(client, await Citizen.arrive(client), picture())
        assert (full.status_code, full.json()["error"]["code"]) == (507, "no_room")


async def test_decoding_leaves_the_loop_and_a_crowd_is_sent_back() -> None:
    blocking = Blocking(sqlite=True)
    slow = threading.Event()
    first = asyncio.create_task(blocking.picture(slow.wait))
    try:
        # The loop goes on while a picture is decoded: others come, and wait their turn.
        waiting = [asyncio.create_task(blocking.picture(int)) for _ in range(MAX_PICTURES_WAITING)]
        async with asyncio.timeout(PATIENCE_S):
            while blocking.pictures_waiting < MAX_PICTURES_WAITING:
                await asyncio.sleep(0)
        with pytest.raises(TooBusy):
            await blocking.picture(int)
        assert not first.done()
    finally:
        slow.set()
    assert await first and await asyncio.gather(*waiting) == [0] * MAX_PICTURES_WAITING
    await blocking.aclose()
