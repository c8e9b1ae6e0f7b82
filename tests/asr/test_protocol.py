"""Messages of vosk-server's clients, with the faults of the original gone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio import Encoding
from asr.errors import ProtocolError
from asr.protocol import ClientConfig, Command, command_in, final_message, read_message, sound_in
from asr.recognizer import Alternative, FinalTranscript, Word
from asr.vosk_recognizer import shares_of

HEARD = FinalTranscript("我 要 投诉", (Word("我", 0.1, 0.2, 0.9), Word("要", 0.2, 0.4, 0.8)), 0.85, "vosk",
                        (Alternative("我 要 投诉", 0.73), Alternative("我 要 投 诉", 0.27)))  # fmt: skip


@pytest.mark.parametrize("text", ['{"eof" : 1}', '{"eof":1}', ' {"eof": true}\n', '{"eof": 1, "x": 2}'])
def test_eof_is_read_as_json_and_not_as_a_string(text: str) -> None:
    """The original feeds {"eof":1} to the decoder, for want of two spaces."""
    assert read_message(text) is Command.EOF


def test_reset_too() -> None:
    assert read_message('{"reset":1}') is read_message('{"reset" : 1}') is Command.RESET


def test_a_config_of_the_original_clients() -> None:
    assert read_message('{ "config" : { "sample_rate" : 16000 } }') == ClientConfig(rate_hz=16_000)
    text = '{"config": {"sample_rate": 8000.0, "words": 0, "max_alternatives": 3, "phrase_list": ["a b", "[unk]"]}}'
    config = read_message(text)
    assert config == ClientConfig(words=False, alternatives=3, phrases=("a b", "[unk]"))


def test_our_own_keys_and_unknown_ones() -> None:
    config = read_message(
        json.dumps({"config": {"encoding": "mulaw", "hot_words": ["幸福里"], "itn": False, "x": 1}})
    )
    assert config == ClientConfig(encoding=Encoding.MULAW, hot_words=("幸福里",), itn=False)


@pytest.mark.parametrize("rate", ['"8000"', '" 8000 "', '"8000.0"', "8000", "8000.0", "8e3"])
def test_numbers_come_as_text_too(rate: str) -> None:
    """From forms and environment variables."""
    text = f'{{"config": {{"sample_rate": {rate}, "max_alternatives": "3", "words": "False"}}}}'
    assert read_message(text) == ClientConfig(rate_hz=8_000, alternatives=3, words=False)


@pytest.mark.parametrize(
    "rate",
    ['"abc"', "0", "-8000", '"1e999"', "1e999", "null", "[8000]", "8000.5", "true", "384000", '"nan"', '""'],
)
def test_what_is_no_rate_is_refused(rate: str) -> None:
    with pytest.raises(ProtocolError):
        read_message(f'{{"config": {{"sample_rate": {rate}}}}}')


def test_a_later_config_keeps_what_it_does_not_name() -> None:
    first = read_message('{"config": {"sample_rate": 16000, "hot_words": ["幸福里"], "encoding": "mulaw"}}')
    assert isinstance(first, ClientConfig)
    second = read_message('{"config": {"words": 0, "hot_words": []}}', first)
    assert second == ClientConfig(rate_hz=16_000, encoding=Encoding.MULAW, words=False)


def test_a_command_in_a_binary_frame_is_told_from_sound() -> None:
    assert command_in(b' {"eof" : 1}\n') == '{"eof" : 1}'
    assert command_in(b'{"config": {"sample_rate": 8000}}') is not None
    assert [command_in(sound) for sound in (b"", b"{}", b"{\x00}", b'{"x": 1}', bytes(320), b"[1]")] == [
        None
    ] * 6


@given(st.binary(max_size=80))
def test_sound_stays_as_it_is(data: bytes) -> None:
    assert sound_in(data) == data


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json", "bad_json"), ("[]", "bad_message"), ("{}", "bad_message"), ('{"config": 1}', "bad_config"),
        ('{"config": {"sample_rate": 100}}', "bad_config"), ('{"config": {"sample_rate": "8 kHz"}}', "bad_config"),
        ('{"config": {"words": "maybe"}}', "bad_config"), ('{"config": {"hot_words": "a"}}', "bad_config"),
        ('{"config": {"encoding": "mp3"}}', "bad_config"), ('{"config": {"encoding": []}}', "bad_config"),
        ('{"config": {"max_alternatives": 1000}}', "bad_config"), ('{"config": {"model": ["/etc"]}}', "bad_config"),
        ('{"config": {"words": []}}', "bad_config"), ('{"config": {"sample_rate": 1e400}}', "bad_json"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_message(text)
    assert caught.value.code == code


def test_too_many_hot_words_are_refused() -> None:
    with pytest.raises(ProtocolError, match="at most 500"):
        read_message(json.dumps({"config": {"hot_words": ["幸福"] * 501}}))


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        read_message(text)
    except ProtocolError:
        pass


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["config", "eof", "sample_rate", "words", "hot_words", "encoding", "model"]), inner, max_size=3
        ),
    )
)  # fmt: skip
def test_no_json_breaks_the_reader(message: object) -> None:
    try:
        read_message(json.dumps(message))
    except ProtocolError:
        pass


def test_a_result_has_the_forms_of_the_original() -> None:
    result = json.loads(final_message(ClientConfig(), HEARD, "我要投诉。"))
    assert result["text"] == "我要投诉。" and result["raw"] == "我 要 投诉"
    assert result["result"][0] == {"conf": 0.9, "start": 0.1, "end": 0.2, "word": "我"}
    assert "result" not in json.loads(final_message(ClientConfig(words=False), HEARD, "我要投诉。"))
    assert json.loads(final_message(ClientConfig(), None, "")) == {"text": ""}
    readings = json.loads(final_message(ClientConfig(alternatives=2), HEARD, "我要投诉。"))["alternatives"]
    assert [r["text"] for r in readings] == ["我要投诉。", "我 要 投 诉"]


def test_readings_have_their_confidence_on_the_scale_of_words() -> None:
    """Vosk tells the logarithm of a path's likelihood: 214.3 and 213.3 for two readings of one sentence."""
    shares = shares_of([214.3, 213.3, 100.0])
    assert shares == [0.7311, 0.2689, 0.0] and shares_of([]) == [] and shares_of([-3.0]) == [1.0]
