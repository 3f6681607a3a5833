"""Pages of the web, fetched with bounds: where from, how long, how much, and what kind."""

from __future__ import annotations

import re
import time
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from chunker.readers import sniffing
from chunker.readers.file_names import storable_name
from service.errors import FetchError, UrlError
from service.library.network import checked_backend, is_public
from service.version import installed_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import httpcore
    import httpx

    from service.library.network import IpAddress

MAX_URL_CHARS = 2_000
"""What browsers and servers agree upon."""
_MAX_REDIRECTS = 5
"""From http to https, to another host, to its front page, and twice more. Chosen by hand."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_SUFFIXES = {
    **{media_type: suffix for suffix, media_type in reversed(sniffing.SUFFIXES.items())},
    "application/xhtml+xml": ".html",
    "text/x-markdown": ".md",
    "text/rtf": ".rtf",
    "application/x-tex": ".tex",
    "application/x-ndjson": ".jsonl",
    "image/x-djvu": ".djvu",
}
"""How a file of a media type is called; of text of another kind its name and its words decide."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server knows a version of a page by (RFC 9110, 8.8); ``None``: it did not say."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: where it lies, with a suffix that tells its kind, and what it is known by."""

    path: Path
    validators: Validators


def page_url(url: str) -> str:
    """Return a page's address in one form.

    Raises:
        UrlError: it is no address that a page could have.
    """
    return str(_parsed(url).copy_with(fragment=None))


def page_path(url: str) -> str:
    """Return where a page stands in a collection: its address as people write it.

    Raises as :func:`page_url`.
    """
    address = _parsed(url)
    port = f":{address.port}" if address.port else ""
    within = unquote(address.raw_path.decode("ascii")).rstrip("/")
    return storable_name(f"{address.scheme}://{address.host}{port}{within}")


def page_name(url: str) -> str:
    """Return what a page is called: its host and path, and its query; raises as :func:`page_url`."""
    return page_path(url).partition("://")[2]


class Fetcher:
    """Fetches pages of at most ``max_bytes`` within ``seconds``, from addresses that ``allows`` lets pass."""

    def __init__(
        self,
        *,
        max_bytes: int = 100_000_000,
        seconds: float = 60.0,
        allows: Callable[[IpAddress], bool] = is_public,
    ) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._allows = allows

    def fetch(
        self,
        url: str,
        folder: Path,
        *,
        known: Validators | None = None,
        on_bytes: Callable[[], None] = lambda: None,
    ) -> Fetched | None:
        """Fetch a page into a folder; ``None``: it still is what it is ``known`` by.

        ``on_bytes`` is called now and then, and may raise.

        Raises:
            UrlError: it is no address that a page could have.
            FetchError: the page is not to be had, or not within the bounds.
        """
        import httpcore

        at, deadline = _parsed(url), time.monotonic() + self._seconds
        asked = {
            "User-Agent": f"dossier/{installed_version()}",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            **({"If-None-Match": known.etag} if known and known.etag else {}),
            **({"If-Modified-Since": known.last_modified} if known and known.last_modified else {}),
        }
        try:
            with httpcore.ConnectionPool(network_backend=checked_backend(self._allows, deadline)) as pool:
                for _ in range(_MAX_REDIRECTS + 1):
                    with pool.stream("GET", str(at), headers=_headers(asked)) as response:
                        told = _told(response)
                        if response.status in _REDIRECTS and "location" in told:
                            at = _parsed(str(at.join(told["location"])))
                            continue
                        if response.status == 304 and known is not None:
                            return None
                        return self._received(url, response, told, folder, on_bytes=on_bytes)
        except httpcore.TimeoutException as error:
            raise FetchError(f"{url}: not within {self._seconds:g} s (DOSSIER_URL_SECONDS)") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise FetchError(f"{url}: cannot be fetched ({reason})") from error
        raise FetchError(f"{url}: sends on more than {_MAX_REDIRECTS} times")

    def _received(
        self,
        url: str,
        response: httpcore.Response,
        told: Mapping[str, str],
        folder: Path,
        *,
        on_bytes: Callable[[], None],
    ) -> Fetched:
        if response.status != 200:
            raise FetchError(f"{url}: its server answers with status {response.status}")
        if int(told.get("content-length", "0").strip() or 0) > self._max_bytes:
            raise self._too_large(url)
        encoding = told.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip", "x-gzip"}:
            raise FetchError(f"{url}: is packed as {encoding}, which was not asked for")
        path, size = folder / f"page{_suffix(url, told.get('content-type', ''))}", 0
        parts = response.iter_stream()
        with path.open("wb") as file:
            for part in parts if encoding == "identity" else _unpacked(parts, self._max_bytes):
                size += len(part)
                if size > self._max_bytes:
                    raise self._too_large(url)
                file.write(part)
                on_bytes()
        return Fetched(path, Validators(told.get("etag"), told.get("last-modified")))

    def _too_large(self, url: str) -> FetchError:
        return FetchError(f"{url}: has more than {self._max_bytes:,} bytes (DOSSIER_MAX_UPLOAD_BYTES)")


def _parsed(url: str) -> httpx.URL:
    import httpx

    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        address = None
    if (
        address is None
        or address.scheme not in {"http", "https"}
        or not address.host
        or address.userinfo
        or (address.port or 0) >= 1 << 16
        or len(url) > MAX_URL_CHARS
        or not url.isprintable()
    ):
        shown = re.sub(r"//[^/]*@", "//***@", url[:100]).encode("unicode_escape").decode("ascii")
        raise UrlError(
            f"{shown} is no address of a page: give one that begins with http:// or https://, without a"
            f" password, of at most {MAX_URL_CHARS:,} characters."
        )
    return address


def _suffix(url: str, content_type: str) -> str:
    """Return what the file is to be called after, so that a reader is found for it.

    Raises:
        FetchError: no reader is for what it is said to be.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    named = PurePosixPath(_parsed(url).path).suffix.lower()
    named = named if named in sniffing.SUFFIXES else ""
    if media_type in _SUFFIXES:
        return named if sniffing.SUFFIXES.get(named) == media_type else _SUFFIXES[media_type]
    if media_type in _UNTOLD or re.fullmatch(r"(text/.+|application/(.+\+)?(xml|json))", media_type):
        return named
    raise FetchError(f"{url}: is {media_type}, which no reader is for")


def _headers(asked: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in asked.items()]


def _told(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}


def _unpacked(parts: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield what was packed by gzip, and no more than a byte too much of it."""
    unpacking, left = zlib.decompressobj(zlib.MAX_WBITS | 16), max_bytes + 1
    for part in parts:
        try:
            some = unpacking.decompress(part, left)
        except zlib.error as error:
            raise OSError(f"it is not gzip: {error}") from error
        left -= len(some)
        yield some
        if left <= 0:
            return
