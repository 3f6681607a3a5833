"""Who may do what: each request's key, or who is signed in, against what its route asks for."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse

from service.audit import Actor, act_as
from service.errors import KeyStoreError
from service.hosting.cross_site import SAFE_METHODS
from service.hosting.current_request import current_request
from service.hosting.key_store import KeyStore, digest_of, id_in
from service.hosting.needs import needed_scopes
from service.hosting.problems import ProblemError, is_for_a_person, response_of
from service.hosting.rates import TokenBuckets, address_of
from service.hosting.scopes import KeyScope, everything_in

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.settings import Settings

logger = logging.getLogger(__name__)

COOKIE = "dossier_session"
SIGN_IN = "/sign-in"
_WRONG_KEYS_PER_MINUTE = 10
"""From one address. Chosen by hand: a person who mistypes never gets there."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a key (``digest`` is its hash), or anybody where ``digest`` is ``None``."""

    name: str
    scopes: frozenset[KeyScope]
    digest: bytes | None = None
    collections: frozenset[str] | None = None
    """Those that the key is held to; ``None``: it is held to none, and opens all."""

    @property
    def is_known(self) -> bool:
        """Whether it is known who this is."""
        return self.digest is not None

    def may_see(self, collection: str) -> bool:
        """Whether a collection is there for whoever this is."""
        return self.collections is None or collection in self.collections


NOBODY = Caller("", frozenset())
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def current_caller() -> Caller:
    """Return who sent the request that is being answered."""
    return _caller.get()


class Doorkeeper:
    """Knows the keys: those of the settings, which open everything, and those of the data folder."""

    def __init__(self, settings: Settings) -> None:
        self.store = KeyStore(settings.data)
        self._without_key = settings.without_key
        self._chosen = [digest_of(key.get_secret_value()) for key in settings.api_keys]
        self._wrong = TokenBuckets(_WRONG_KEYS_PER_MINUTE)
        self._is_keyed = bool(self._chosen)

    def has_keys(self) -> bool:
        """Tell whether there ever was a key: to lose the file of the keys opens nothing that runs."""
        self._is_keyed = self._is_keyed or self.store.exists()
        return self._is_keyed

    def anybody(self) -> Caller:
        """Return what may be done without a key."""
        if self._without_key is None:
            return Caller("", frozenset() if self.has_keys() else frozenset(KeyScope))
        named = {KeyScope(self._without_key)} if self._without_key != "nothing" else set()
        return Caller("", everything_in(named))

    def caller(self, scope: Scope) -> Caller:
        """Return who sends a request.

        Raises:
            ProblemError: a wrong key came (401), or too many from the address (429).
            KeyStoreError: the keys cannot be read.
        """
        if not self.has_keys():
            return self.anybody()
        headers = Headers(scope=scope)
        given = _given_key(headers)
        if given is None:
            return self._signed_in(scope, headers) or self.anybody()
        return self.holder(given, address=address_of(scope))

    def holder(self, given: str, *, address: str) -> Caller:
        """Return whose key ``given`` is; raises as :meth:`caller`."""
        digest = digest_of(given)
        if (caller := self._of_store(digest, key_id=id_in(given))) is not None:
            return caller
        # A key that was made here cannot be guessed. One that somebody thought of could be: it has to wait.
        if seconds := self._wrong.seconds_until_next(address):
            after = {"Retry-After": str(int(seconds) + 1)}
            raise ProblemError(
                429, f"Too many wrong keys: try again in {after['Retry-After']} s.", headers=after
            )
        if (caller := self._of_settings(digest)) is not None:
            return caller
        self._wrong.seconds_to_wait(address)
        raise no_key("This key is not known here, or has been revoked, or has expired.")

    def sign_in(self, given: str, *, address: str) -> str:
        """Return what the browser of whose key ``given`` is sends from now on; raises as :meth:`caller`."""
        self.holder(given, address=address)
        return self.store.open_session(digest_of(given))

    def _signed_in(self, scope: Scope, headers: Headers) -> Caller | None:
        # What another site's page is allowed to ask, it asks with a key, not in the name of who looks at it.
        if scope["method"] not in SAFE_METHODS and headers.get("sec-fetch-site") in {
            "same-site",
            "cross-site",
        }:
            return None
        digest = self.store.session_key(session_token(headers))
        return (self._of_settings(digest) or self._of_store(digest)) if digest else None

    def _of_store(self, digest: bytes, *, key_id: str | None = None) -> Caller | None:
        key = self.store.find(digest, key_id=key_id)
        if key is None:
            return None
        held = None if key.collections is None else frozenset(key.collections)
        return Caller(key.name, everything_in(key.scopes), digest, held)

    def _of_settings(self, digest: bytes) -> Caller | None:
        matches = [hmac.compare_digest(digest, known) for known in self._chosen]
        return Caller("DOSSIER_API_KEYS", frozenset(KeyScope), digest) if any(matches) else None


class KeyMiddleware:
    """Lets those pass who may do what they ask for.

    A key comes as ``Authorization: Bearer KEY``; as ``Basic`` with the key as the password and any user name;
    as ``X-API-Key`` or ``API-Key``; or a browser is signed in with one and sends a cookie.
    """

    def __init__(self, app: ASGIApp, *, doorkeeper: Doorkeeper) -> None:
        self.app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its caller may do what it asks for."""
        if scope["type"] == "http" and not _is_preflight(scope):
            try:
                caller, request = self._admitted(scope), current_request()
                _caller.set(caller)
                act_as(Actor(caller.name, request.door, request.id))
            except ProblemError as error:
                if error.status_code == HTTPStatus.UNAUTHORIZED and is_for_a_person(scope):
                    address = scope["path"] + ("?" + scope["query_string"].decode("latin-1")).rstrip("?")
                    response: Response = RedirectResponse(f"{SIGN_IN}?next={quote(address, safe='')}", 303)
                else:
                    response = response_of(error.problem, error.headers)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admitted(self, scope: Scope) -> Caller:
        """Return the caller; raise ProblemError for one who may not do this."""
        needed = needed_scopes(scope)
        try:
            caller = self._doorkeeper.caller(scope)
        except (ProblemError, KeyStoreError) as error:
            if not needed:
                return NOBODY
            if isinstance(error, ProblemError):
                raise
            logger.error("%s", error)  # noqa: TRY400 - the line says it all; a traceback would hide it
            raise ProblemError(
                503, "The keys cannot be read: the server's log has the cause.", name="keys-unusable"
            ) from None
        if not needed or caller.scopes & needed:
            return caller
        wanted = min(needed, key=list(KeyScope).index)
        if caller.is_known:
            challenge = f'Bearer realm="dossier", error="insufficient_scope", scope="{wanted}"'
            raise ProblemError(
                403,
                f"This key may not do that: it needs the scope {wanted} (`dossier keys create`).",
                headers={"WWW-Authenticate": challenge},
            )
        raise no_key("Send a key: Authorization: Bearer KEY. `dossier keys create` makes one.")


def no_key(detail: str) -> ProblemError:
    """Return the error that asks for a key."""
    return ProblemError(401, detail, headers={"WWW-Authenticate": 'Bearer realm="dossier"'})


def session_token(headers: Headers) -> str:
    """Return what the browser of somebody who is signed in sends; empty where nobody is."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _given_key(headers: Headers) -> str | None:
    """Return the key that a request brings, ``None`` where it brings none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return headers.get("x-api-key") or headers.get("api-key")


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope)
