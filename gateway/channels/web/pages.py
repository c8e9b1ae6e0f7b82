"""Serves the built pages of web/dist, and the headers that keep them safe."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from gateway import sentences

_HOST = re.compile(r"^[A-Za-z0-9.\-\[\]:]{1,255}$")
_YEAR_S = 365 * 24 * 3600

NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>页面尚未构建</title></head><body><main><h1>页面尚未构建</h1>
<p>网页聊天的页面还没有生成。请管理员在项目目录运行 <code>make setup</code>，完成后刷新本页。</p>
<p>如遇火情、伤病或违法犯罪等紧急情况，请直接拨打 119、120、110。</p></main></body></html>
"""
MISSING = f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{sentences.NO_SUCH_PAGE}</title></head><body><main><h1>{sentences.NO_SUCH_PAGE}</h1>
<p><a href="/">返回首页</a></p></main></body></html>
"""


def content_security_policy(host: str) -> str:
    """No inline script, no eval, nothing from elsewhere. The audio worklet and the console's clock are files of ours.

    The websocket is named explicitly: older WebKit (inside WeChat on iPhones) does not count it as 'self'.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return (
        f"default-src 'self'; connect-src 'self'{sockets}; img-src 'self' data: blob:; media-src 'self'; "
        "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def security_headers(host: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": content_security_policy(host),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=()",
    }


def _file_of(root: Path, path: str) -> Path | None:
    """The file of `root` that an address names; None for whatever is none, also what no disk takes for a name."""
    try:
        found = (root / path).resolve()
        inside = found.is_relative_to(root) and found.is_file()
    except (OSError, ValueError):
        return None
    return found if inside and "/." not in f"/{path}" else None


def page_router(dist: Path, config: dict[str, str | int | bool]) -> APIRouter:
    """`/` and every file of `dist`. Include it last: it answers whatever is left. Runs in threads: it asks the disk."""
    router = APIRouter(include_in_schema=False)
    root = dist.resolve()

    @router.get("/")
    def index() -> Response:
        page = root / "index.html"
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503, headers={"Retry-After": "30"})
        # Always asked for again: it names the hashed files of the newest build.
        return FileResponse(page, headers={"Cache-Control": "no-cache"})

    @router.get("/seat")
    def seat() -> Response:
        page = root / "seat.html"
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503, headers={"Retry-After": "30"})
        return FileResponse(page, headers={"Cache-Control": "no-cache"})

    @router.get("/orders")
    def orders() -> Response:
        page = root / "orders.html"
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503, headers={"Retry-After": "30"})
        return FileResponse(page, headers={"Cache-Control": "no-cache"})

    @router.get("/config.json")
    def page_config() -> Response:
        return JSONResponse(config, headers={"Cache-Control": "no-cache"})

    @router.get("/{path:path}")
    def file(request: Request, path: str) -> Response:
        if path.startswith(("api/", "ws/")):
            raise HTTPException(404)
        found = _file_of(root, path)
        if found is None:
            return HTMLResponse(MISSING, status_code=404)
        hashed = found.is_relative_to(root / "assets")
        caching = f"public, max-age={_YEAR_S}, immutable" if hashed else "no-cache"
        return FileResponse(found, headers={"Cache-Control": caching})

    return router
