"""WeChat's signature and encryption: the example that WeChat publishes, an old library beside ours, and nonsense."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels.wechat.sealing import NotSealed, Seal, key_of
from gateway.channels.wechat.signing import WINDOW_S, is_fresh, is_signed, signature_of

# WeChat's own example for developers (消息加解密示例代码).
TOKEN, APP_ID = "spamtest", "wx2c2769f8efd9abc2"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TIMESTAMP, NONCE = "1409735669", "1320562132"
SIGNATURE = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
SEALED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn"
    "896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSV"
    "CZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCum"
    "EPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
seal = Seal(key_of(AES_KEY), APP_ID)


def test_the_published_example_is_signed_opened_and_sealed_again_to_the_byte() -> None:
    assert signature_of(TOKEN, TIMESTAMP, NONCE, SEALED) == SIGNATURE
    message = seal.open(SEALED)
    assert b"<Content><![CDATA[abcdteT]]></Content>" in message and message.endswith(b"</xml>")
    assert seal.seal(message, random=b"89465c840c5f116f") == SEALED


@given(st.binary(max_size=500))
def test_what_is_sealed_comes_out_as_it_was(message: bytes) -> None:
    assert seal.open(seal.seal(message)) == message


@given(
    st.binary(max_size=200) | st.integers(1, 9).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n))
)
def test_nonsense_is_refused_in_one_way(body: bytes) -> None:
    """Blocks decrypt to something whatever they are; whether the padding was right is told to nobody."""
    with pytest.raises(NotSealed):
        seal.open(base64.b64encode(body).decode())


@pytest.mark.parametrize("text", ["", "====", "中文", "YWJj", "a" * 44])
def test_what_is_no_sealed_text_is_refused(text: str) -> None:
    with pytest.raises(NotSealed):
        seal.open(text)


def test_a_message_of_another_account_is_refused() -> None:
    with pytest.raises(NotSealed):
        seal.open(Seal(key_of(AES_KEY), "wx2c2769f8efd9abc3").seal(b"<xml/>"))


@pytest.mark.parametrize("key", ["", AES_KEY + "=", AES_KEY[:-1], AES_KEY[:-1] + "!", "键" * 43])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        key_of(key)


def test_a_key_whose_last_character_has_spare_bits_is_taken() -> None:
    """The console makes all 43 characters at random; the last one holds two bits too many."""
    for last in string.ascii_letters + string.digits:
        assert len(key_of(AES_KEY[:-1] + last)) == 32


def test_signatures_cover_every_part_and_an_empty_token_signs_nothing() -> None:
    assert is_signed(TOKEN, SIGNATURE, TIMESTAMP, NONCE, SEALED)
    assert not is_signed(TOKEN, SIGNATURE, TIMESTAMP, NONCE)
    assert not is_signed(TOKEN, SIGNATURE.upper(), TIMESTAMP, NONCE, SEALED)
    assert not is_signed(TOKEN, "签名", TIMESTAMP, NONCE, SEALED)
    assert not is_signed("", signature_of("", TIMESTAMP, NONCE), TIMESTAMP, NONCE)


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "9" * 13, "１４０９７３５６６９", "1409735669 "])
def test_a_timestamp_that_is_none_is_never_fresh(timestamp: str) -> None:
    assert not is_fresh(timestamp, 1409735669.0)


def test_a_request_may_be_repeated_for_minutes_and_not_for_ever() -> None:
    signed_at = int(TIMESTAMP)
    for now_s in (signed_at, signed_at + WINDOW_S, signed_at - WINDOW_S):
        assert is_fresh(TIMESTAMP, now_s)
    for now_s in (signed_at + WINDOW_S + 1, signed_at - WINDOW_S - 1):
        assert not is_fresh(TIMESTAMP, now_s)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_an_old_library_reads_what_we_seal_and_we_read_what_it_seals(words: str) -> None:
    """wechatpy is unmaintained and no part of the product; where it happens to be installed it is a second opinion."""
    crypto = pytest.importorskip("wechatpy.crypto")
    words = words.encode("utf-8", "ignore").decode()
    theirs = crypto.PrpCrypto(key_of(AES_KEY))
    assert theirs.decrypt(seal.seal(words.encode()), APP_ID) == words
    assert seal.open(theirs.encrypt(words, APP_ID).decode()) == words.encode()
