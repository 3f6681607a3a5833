"""The page at which a person signs in with a key, and out again."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.hosting.access import COOKIE, SIGN_IN, session_token
from service.hosting.dependencies import CurrentService, base_url
from service.hosting.problems import ProblemError
from service.hosting.rates import address_of
from service.web.pages import PageRoute, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_MAX_CHARS = 2_000


@router.get(SIGN_IN)
def sign_in_page(wanted: Annotated[str, Query(alias="next", max_length=_MAX_CHARS)] = "/") -> Response:
    """Ask for a key, or tell which one somebody is signed in with."""
    return page("sign_in.html", next=wanted, problem=None)


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    service: CurrentService,
    key: Annotated[str, Form(max_length=_MAX_CHARS)],
    wanted: Annotated[str, Form(alias="next", max_length=_MAX_CHARS)] = "/",
) -> Response:
    """Sign a browser in, and show what was wanted."""
    try:
        session = service.doorkeeper.sign_in(key.strip(), address=address_of(request.scope))
    except ProblemError as error:
        headers = {name: value for name, value in (error.headers or {}).items() if name == "Retry-After"}
        return page(
            "sign_in.html", status=error.status_code, headers=headers, next=wanted, problem=error.problem
        )
    response = RedirectResponse(_own_address(wanted), status_code=303)
    is_secure = base_url(request, service.settings).startswith("https:")
    response.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=is_secure)
    return response


@router.post("/sign-out")
def sign_out(request: Request, service: CurrentService) -> Response:
    """Sign a browser out."""
    if session := session_token(request.headers):
        service.doorkeeper.store.close_session(session)
    response = RedirectResponse(SIGN_IN, status_code=303)
    response.delete_cookie(COOKIE)
    return response


def _own_address(wanted: str) -> str:
    """Return an address of this service: to another one nobody is sent from here."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_own and wanted.isprintable() else "/"
