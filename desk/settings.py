"""All settings of the product, read once from `MINSHENG_*` and validated at start.

Rasa's own configuration stays in config.yml, endpoints.yml and credentials.yml.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_interface
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from access.bearer import HEADER, authorization
from desk.opening_hours import OpeningHours

if TYPE_CHECKING:
    from desk.store.redis_address import RedisAddress

ROOT = Path(__file__).resolve().parent.parent
# Word counts for language.homophones, made by the launcher beside the trained models.
WORDS_FILE = ROOT / "models" / "words.gz"


# Characters of a token that the product's own servers ask for.
MIN_TOKEN = 16


class OwnServer(StrEnum):
    """The servers that only the product's other processes may ask."""

    RASA = "rasa"
    ACTIONS = "actions"
    ASR = "asr"


def _network(text: str) -> IPv4Network | IPv6Network:
    """Raises ValueError with what to write instead."""
    try:
        interface = ip_interface(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is neither an address nor a network; write 10.0.0.7 or 10.0.0.0/8"
        ) from error
    network = interface.network
    if network.prefixlen == 0:
        # Then the first address of the header would be the client, and that one clients write themselves.
        raise ValueError(f"{text!r} trusts everybody; name the proxies alone")
    if network.network_address != interface.ip:
        raise ValueError(f"{text!r} is an address within a network; write {network} or {interface.ip}")
    return network


class SettingsError(Exception):
    """A setting has a bad value. `str()` is one line an operator can act on."""


class Settings(BaseSettings):
    """One frozen object, passed in where it is needed. Field descriptions are the table of docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="MINSHENG_", env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address the gateway listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port of the gateway")
    rasa_port: int = Field(5005, ge=1, le=65535, description="Loopback port of the Rasa server")
    actions_port: int = Field(5055, ge=1, le=65535, description="Loopback port of the action server")
    rasa_token: SecretStr | None = Field(
        None,
        min_length=MIN_TOKEN,
        description="Token that Rasa asks for; default: one that is made in the var folder. The same for `MINSHENG_ACTIONS_TOKEN`, `MINSHENG_ASR_TOKEN`",
    )
    actions_token: SecretStr | None = Field(
        None, min_length=MIN_TOKEN, description="Token that the action server asks for"
    )
    redis_port: int = Field(6389, ge=1, le=65535, description="Loopback port of the embedded Redis")
    var: Path = Field(Path("var"), description="Folder for database, Redis file, search index, logs")
    database_url: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL; default SQLite in the var folder. postgresql+psycopg://… for PostgreSQL",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Your own Redis: redis://user:password@host:6379/0, rediss://…, unix://…, redis+sentinel://…; default: an embedded one",
    )
    city: str = Field("明州市", min_length=2, description="The city that is served")
    timezone: str = Field("Asia/Shanghai", description="IANA name of the city's time zone")
    api_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Comma-separated tokens of operators for /docs, /metrics, orders and knowledge over HTTP",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Extra web origins that may open /ws/chat, comma-separated; the gateway's own is always allowed",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Addresses and networks (10.0.0.0/8) of reverse proxies whose X-Forwarded-For is believed, comma-separated",
    )
    rasa_timeout_s: float = Field(12.0, gt=0, le=120, description="Longest wait for one bot turn, in seconds")
    message_max_chars: int = Field(
        5000, ge=100, le=20000, description="Longest citizen message, in characters"
    )
    rate_messages_per_minute: int = Field(30, ge=1, description="Messages a minute and conversation")
    rate_conversations_per_hour: int = Field(60, ge=1, description="New conversations an hour and address")
    sockets_per_address: int = Field(
        50,
        ge=1,
        le=10_000,
        description="Open chats and calls of citizens at one address; signed-in seats do not count",
    )
    lookup_wrong_per_address: int = Field(
        20,
        ge=3,
        le=1000,
        description="Wrong phone tails (and as many query codes) a day and address before none is looked at from there",
    )
    lookup_wrong_per_hour: int = Field(
        300, ge=10, description="Wrong phone tails (and as many query codes) an hour from everybody together"
    )
    rate_pictures_per_hour: int = Field(120, ge=1, description="Pictures an hour and address")
    pictures_conversation_mb: int = Field(
        100, ge=1, description="Pictures of one conversation, in megabytes as they are kept"
    )
    pictures_store_mb: int = Field(20_000, ge=1, description="Pictures of all conversations, in megabytes")
    citizen_token_days: int = Field(
        30,
        ge=0,
        le=36_500,
        description="A citizen's token ends so many days after the last message of the conversation; 0: never",
    )
    limit_emergency_h: int = Field(2, ge=1, description="Time limit of emergency (特急) orders, in hours")
    limit_urgent_h: int = Field(24, ge=1, description="Time limit of urgent (紧急) orders, in hours")
    limit_normal_d: int = Field(7, ge=1, description="Time limit of normal (一般) orders, in days")
    limit_difficult_d: int = Field(15, ge=1, description="Time limit of difficult (疑难) orders, in days")
    limit_working_days: bool = Field(
        False, description="Count limits in days by working days instead of the calendar"
    )
    limit_holidays: Annotated[tuple[date, ...], NoDecode] = Field(
        (), description="Public holidays on weekdays, comma-separated (2027-01-01), for working-day limits"
    )
    limit_extra_workdays: Annotated[tuple[date, ...], NoDecode] = Field(
        (), description="Weekend days that are worked (调休), comma-separated, for working-day limits"
    )
    hurry_interval_h: int = Field(
        4, ge=1, description="A department hears of a hurried order at most once in so many hours"
    )
    knowledge_min_score: float = Field(
        0.475, ge=0, le=1, description="Below this score an article is no answer"
    )
    knowledge_tie_margin: float = Field(0.018, ge=0, le=1, description="Closer hits than this are clarified")
    knowledge_embedding: bool = Field(
        True, description="Use sentence vectors (multilingual-e5-small) in the search"
    )
    handoff_hours: str = Field(
        "00:00-24:00",
        description="When seats answer, city time; several spans by comma, over midnight too: 08:30-12:00,20:00-02:00",
    )
    handoff_queue_max: int = Field(
        200, ge=1, le=100_000, description="Longest queue; who comes later is offered a callback"
    )
    handoff_wait_max_min: int = Field(
        30, ge=1, le=1440, description="Longest expected wait that is still offered, in minutes"
    )
    offer_timeout_s: float = Field(20.0, ge=3, le=300, description="Time a seat has to accept, in seconds")
    seat_lost_s: float = Field(
        20.0,
        ge=8,
        le=600,
        description="A seat silent for so long is lost, in seconds (its page beats every 5 s)",
    )
    overflow_after_s: float = Field(
        60.0, ge=0, le=3600, description="After this wait the fallback group helps out, in seconds"
    )
    affinity_s: float = Field(
        30.0, ge=0, le=600, description="How long a known or wanted seat is waited for, in seconds"
    )
    fallback_group: str = Field(
        "general", pattern="^[a-z][a-z_]*$", description="Skill group that helps out when a group is busy"
    )
    handoff_not_understood: int = Field(
        2, ge=1, le=10, description="Messages in a row not understood before a person is called"
    )
    handoff_emotion_score: float = Field(
        0.75, gt=0, le=1, description="Strength of anger or despair that calls a person"
    )
    handoff_repeat_complaints: int = Field(
        3, ge=1, le=100, description="Earlier complaints of the same caller that call a person"
    )
    handoff_policy_topics: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Topics that only people answer, comma-separated words: 拆迁,强拆"
    )
    service_level_call_s: int = Field(
        15, ge=1, description="A call answered within this time counts as on time, in seconds (GB/T 33358)"
    )
    service_level_text_s: int = Field(
        180, ge=1, description="A text answered within this time counts as on time, in seconds (GB/T 33358)"
    )
    seat_session_h: float = Field(12.0, gt=0, le=168, description="A seat's sign-in ends after so many hours")
    outside_desk_url: str | None = Field(
        None,
        pattern="^https?://",
        description="Webhook of an outside desk whose people answer too; default: none",
    )
    outside_desk_secret: SecretStr | None = Field(
        None, min_length=16, description="Secret shared with the outside desk: signs webhooks, opens its REST"
    )
    outside_desk_user: str = Field(
        "outside",
        description="Username of the seat that the outside desk acts as; add it with minsheng user add",
    )
    asr_host: str = Field("127.0.0.1", description="Address the speech server listens on")
    asr_port: int = Field(
        2700, ge=1, le=65535, description="Port of the speech server (vosk-server's protocol)"
    )
    asr_token: SecretStr | None = Field(
        None,
        min_length=MIN_TOKEN,
        description="Token that the speech server asks for; one started by hand on loopback asks for none by default",
    )
    asr_engine: str = Field(
        "auto",
        pattern="^(auto|vosk|whisper|two-pass|off)$",
        description="Who listens: auto, vosk, whisper, two-pass (Vosk hears along, Whisper writes), or off (no calls)",
    )
    asr_model: str | None = Field(
        None, description="Name or folder of the speech model; default: the best that is here"
    )
    asr_language_model: str = Field(
        "auto",
        description="Model of likely words against which Whisper's spelling is checked: auto (Debian's "
        "libime-data-language-model, if installed), a file in KenLM's format, or off",
    )
    asr_models: Path = Field(Path("models/asr"), description="Folder of the speech models")
    asr_preload: bool = Field(
        False,
        description="Load the speech model at start instead of at the first call (more memory when idle)",
    )
    asr_workers: int = Field(
        1, ge=1, le=64, description="Processes of the speech server; each loads the model"
    )
    asr_threads: int = Field(2, ge=1, le=64, description="Streams that one process decodes at once")
    asr_max_clients: int = Field(64, ge=1, le=10_000, description="Speakers at once, over all processes")
    asr_max_message_kb: int = Field(
        256, ge=8, le=16_384, description="Longest message of a speech client, in kilobytes"
    )
    asr_idle_s: float = Field(
        60.0, gt=0, le=3600, description="A speech client silent for so long is hung up, in seconds"
    )
    tts_engines: Annotated[tuple[str, ...], NoDecode] = Field(
        ("edge", "kokoro", "espeak"),
        description="Who speaks, best first, comma-separated: edge (outside service), kokoro, espeak",
    )
    tts_voice: str = Field(
        "mandarin", description="Voice of calls: mandarin, northeast, shaanxi, cantonese, taiwan"
    )
    tts_first_audio_s: float = Field(
        1.5, ge=0.2, le=10, description="A voice that has not sounded after this is replaced, in seconds"
    )
    tts_allow_personal_outside: bool = Field(
        False, description="Let text with personal data go to an outside voice service"
    )
    tts_models: Path = Field(Path("models/tts"), description="Folder of Kokoro's official files, if pulled")
    tts_threads: int = Field(2, ge=1, le=64, description="Threads of the local neural voice")
    tts_cache_mb: int = Field(500, ge=1, description="Largest cache of spoken sentences, in megabytes")
    audiosocket_host: str = Field(
        "127.0.0.1", description="Address for Asterisk; AudioSocket has no password: private networks only"
    )
    audiosocket_port: int = Field(
        9092, ge=0, le=65535, description="AudioSocket port for Asterisk; 0: no phone"
    )
    phone_max_calls: int = Field(
        60, ge=1, le=10_000, description="Calls at once; who comes later is sent back"
    )
    web_max_calls: int = Field(
        60, ge=0, le=10_000, description="Calls from the page at once, in one gateway process; 0: none"
    )
    recording: bool = Field(
        False, description="Record calls, after saying so to the caller (本次通话将被录音)"
    )
    recording_key: SecretStr | None = Field(
        None,
        description="Key of the recordings, 64 hexadecimal digits; several by comma, the first for new ones. Default: a key file in the var folder",
    )
    recording_days: int = Field(
        180, ge=0, le=36_500, description="A recording is deleted after so many days; 0: never"
    )
    recording_min_free_mb: int = Field(
        1024, ge=0, description="Calls are not recorded while less of the disk is free, in megabytes"
    )
    keep_conversations_days: int = Field(
        365,
        ge=0,
        le=36_500,
        description="What was said is erased so many days after a conversation's last message; 0: never",
    )
    keep_orders_days: int = Field(
        1095,
        ge=0,
        le=36_500,
        description="Caller and words of a finished order are erased so many days after its last change; 0: never",
    )
    keep_callbacks_days: int = Field(
        180, ge=0, le=36_500, description="A callback that is done is erased after so many days; 0: never"
    )
    keep_pictures_days: int = Field(
        180,
        ge=0,
        le=36_500,
        description="Pictures are erased so many days after the conversation's last message; 0: with the conversation",
    )
    wechat_token: SecretStr | None = Field(
        None,
        min_length=3,
        max_length=32,
        description="Token of the WeChat Official Account's server settings (令牌); default: no WeChat, its callback says 404",
    )
    wechat_app_id: str = Field(
        "", pattern="^[A-Za-z0-9]{0,64}$", description="AppID (开发者ID) of the WeChat account"
    )
    wechat_app_secret: SecretStr | None = Field(None, description="AppSecret of the WeChat account")
    wechat_aes_key: SecretStr | None = Field(
        None,
        description="EncodingAESKey (消息加解密密钥) of the WeChat account, 43 characters; default: messages come in clear",
    )
    wechat_api_url: str = Field(
        "https://api.weixin.qq.com", pattern="^https?://", description="Where WeChat's API is asked"
    )
    public_url: str | None = Field(
        None,
        pattern="^https?://[^/?#\\s]+/?$",
        description="Address of the gateway for citizens (https://12345.example.cn), for links in messages; default: no links",
    )
    sms_url: str | None = Field(
        None,
        pattern="^https?://",
        description="Webhook that sends short messages (one-time codes of the order page) for you; default: none are sent",
    )
    sms_secret: SecretStr | None = Field(
        None, min_length=16, description="Secret that signs what goes to MINSHENG_SMS_URL"
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Lowest level that is logged"
    )
    log_json: bool = Field(False, description="Log lines as JSON instead of key=value")

    # Of validators before, the last runs first: this one meets what _split_commas has made.
    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, tuple | list):
            return tuple(_network(entry) if isinstance(entry, str) else entry for entry in value)
        return value

    @field_validator(
        "api_tokens",
        "allowed_origins",
        "trusted_proxies",
        "handoff_policy_topics",
        "limit_holidays",
        "limit_extra_workdays",
        "tts_engines",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            # People with a Chinese keyboard type the full-width comma too.
            parts = value.replace("，", ",").split(",")
            return tuple(part.strip() for part in parts if part.strip())
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _whole_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            # Whatever else a browser never sends as an Origin, so that it would allow nothing, silently.
            if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+/?", entry, re.IGNORECASE):
                raise ValueError(
                    f"{entry!r} is no origin; write scheme and host, for example https://wx.example.cn"
                )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{value!r} is no IANA time zone, for example Asia/Shanghai") from error
        return value

    @field_validator("handoff_hours")
    @classmethod
    def _readable_hours(cls, value: str) -> str:
        OpeningHours.parse(value)
        return value

    @field_validator("wechat_token", "wechat_app_secret", "wechat_aes_key", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        # Written out and left empty in an environment file: as if it stood there not at all.
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("wechat_aes_key")
    @classmethod
    def _whole_aes_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value(), re.ASCII):
            raise ValueError(
                "it has 43 letters and digits; copy the EncodingAESKey from WeChat's console as it is"
            )
        return value

    @model_validator(mode="after")
    def _whole_wechat_account(self) -> Settings:
        if self.wechat_token is not None and not (self.wechat_app_id and self.wechat_app_secret):
            raise ValueError(
                "MINSHENG_WECHAT_TOKEN needs MINSHENG_WECHAT_APP_ID and MINSHENG_WECHAT_APP_SECRET beside it"
            )
        return self

    @model_validator(mode="after")
    def _whole_sms(self) -> Settings:
        if self.sms_url is not None and self.sms_secret is None:
            raise ValueError("MINSHENG_SMS_URL needs MINSHENG_SMS_SECRET beside it")
        return self

    @field_validator("redis_url")
    @classmethod
    def _readable_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from desk.store.redis_address import RedisAddress

            RedisAddress.parse(value.get_secret_value())
        return value

    @field_validator("recording_key")
    @classmethod
    def _readable_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from desk.recordings.errors import BadRecordingKey
            from desk.recordings.keys import MasterKeys, parse_keys

            try:
                MasterKeys(parse_keys(value.get_secret_value()))
            except BadRecordingKey as error:
                raise ValueError(str(error)) from error
        return value

    @cached_property
    def var_dir(self) -> Path:
        """The var folder as an absolute path (a relative one counts from the checkout)."""
        return self.var if self.var.is_absolute() else ROOT / self.var

    @cached_property
    def asr_models_dir(self) -> Path:
        """The folder of speech models as an absolute path (a relative one counts from the checkout)."""
        return self.asr_models if self.asr_models.is_absolute() else ROOT / self.asr_models

    @cached_property
    def tts_models_dir(self) -> Path:
        """The folder of Kokoro's files as an absolute path (a relative one counts from the checkout)."""
        return self.tts_models if self.tts_models.is_absolute() else ROOT / self.tts_models

    @property
    def effective_database_url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.var_dir / 'minsheng.db'}"

    @property
    def effective_redis_url(self) -> str:
        if self.redis_url is not None:
            return self.redis_url.get_secret_value()
        # The embedded Redis has a password of its own per var folder, made when it first starts.
        password = self.redis_password_file.read_text().strip() if self.redis_password_file.exists() else ""
        return f"redis://{':' + password + '@' if password else ''}127.0.0.1:{self.redis_port}/0"

    @property
    def redis_address(self) -> RedisAddress:
        """Where Redis is and how it is asked; the embedded one's password is read anew each time."""
        from desk.store.redis_address import RedisAddress

        return RedisAddress.parse(self.effective_redis_url)

    @property
    def hears(self) -> bool:
        """A speech server belongs to this product."""
        return self.asr_engine != "off"

    @property
    def asr_address(self) -> str:
        """Where the speech server is reached from this machine, as host:port."""
        host = "127.0.0.1" if self.asr_host in ("0.0.0.0", "::") else self.asr_host
        return f"{f'[{host}]' if ':' in host else host}:{self.asr_port}"

    def token_file(self, server: OwnServer) -> Path:
        """Holds the server's token unless a setting does; the launcher makes it (mode 0600)."""
        return self.var_dir / "tokens" / server.value

    def own_token(self, server: OwnServer) -> str:
        """What `server` asks for; "" where no token was made yet, and then nobody is let in."""
        given: SecretStr | None = getattr(self, f"{server.value}_token")
        if given is not None:
            return given.get_secret_value()
        try:
            return self.token_file(server).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def own_headers(self, server: OwnServer) -> dict[str, str]:
        """The headers of a request to `server`. A header and no parameter: addresses end up in logs."""
        token = self.own_token(server)
        return {HEADER: authorization(token)} if token else {}

    @property
    def redis_password_file(self) -> Path:
        return self.var_dir / "redis" / "password"

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"


def load_settings() -> Settings:
    """Read the environment and `.env`.

    Raises:
        SettingsError: one line per bad value, naming the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            # What no variable is wrong by itself names its variables itself.
            f"MINSHENG_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" if e["loc"] else str(e["msg"])
            for e in error.errors()
        ]
        raise SettingsError("; ".join(lines)) from None
