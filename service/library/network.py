"""Connections to the internet and not to the network that this program stands in, whatever names say.

Each name is looked up once, what it stands for is checked, and that very address is connected to: a name that
stands for another address a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import TYPE_CHECKING

from service.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import httpcore

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


def is_public(address: IpAddress) -> bool:
    """Return whether an address is one of the internet, and not of this machine or the network around it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped or address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        through = address.sixtofour or (address.teredo and address.teredo[1])
        if address.is_site_local or (through and not is_public(through)):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked_backend(allows: Callable[[IpAddress], bool], deadline: float) -> httpcore.NetworkBackend:
    """Return what connects to addresses that are allowed, and takes no longer than until ``deadline``.

    That is by the monotonic clock. A name that stands for another address raises FetchError.
    """
    import httpcore

    def left(timeout: float | None) -> float:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return min(seconds, timeout or seconds)

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._inner.read(max_bytes, left(timeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._inner.write(buffer, left(timeout))

        def close(self) -> None:
            self._inner.close()

        def start_tls(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - as given
            return Stream(self._inner.start_tls(*arguments, **{**options, "timeout": left(None)}))

        def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as there
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            *_: object,
            **__: object,
        ) -> httpcore.NetworkStream:
            failure: Exception | None = None
            for address in _addresses(host, port, allows):
                try:
                    return Stream(httpcore.SyncBackend().connect_tcp(str(address), port, left(timeout)))
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                    failure = error
            raise failure or httpcore.ConnectError(f"{host} has no address")

    return Backend()


def _addresses(host: str, port: int, allows: Callable[[IpAddress], bool]) -> list[IpAddress]:
    """Return the addresses that a name stands for.

    Raises:
        FetchError: one of them is not allowed.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(one[4][0]) for one in found]
    for address in addresses:
        if not allows(address):
            raise FetchError(
                f"{host} is at {address}, in this machine's own network, from which nothing is fetched"
                " (DOSSIER_PRIVATE_URLS=yes allows it)"
            )
    return addresses
