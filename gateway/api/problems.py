"""Every error leaves as `{"error": {"code", "text", "retryable"}}` with a Chinese text; never a traceback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from desk.conversations import ConversationError
from desk.handoff.errors import HandoffError
from gateway import sentences
from gateway.errors import GatewayError
from gateway.pictures.attachments import BadPicture
from gateway.wire import error_json, problem_of

_log = structlog.get_logger(__name__)

_WHAT_IS_WRONG = {
    "missing": "缺少这一项",
    "string_too_long": "太长，最多 {max_length} 个字符",
    "string_too_short": "太短，至少 {min_length} 个字符",
    "string_type": "应为文字",
    "string_pattern_mismatch": "格式不对",
    "extra_forbidden": "没有这一项",
    "uuid_parsing": "应为 UUID",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "不是允许的值",
    "enum": "不是允许的值",
    "json_invalid": "不是有效的 JSON",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "datetime_parsing": "应为 ISO 8601 时间",
    "datetime_from_date_parsing": "应为 ISO 8601 时间",
}


def validation_text(errors: Sequence[Any]) -> str:
    """One Chinese sentence about the first few mistakes; field names but never the values that were sent."""
    parts = []
    for error in errors[:3]:
        # FastAPI puts the source first ("body", "query"), which tells a caller nothing.
        place = ".".join(str(p) for p in error.get("loc", ())[1:] if not isinstance(p, int))
        template = _WHAT_IS_WRONG.get(error.get("type", ""), "不正确")
        words = template.format(**error.get("ctx", {})) if "{" in template else template
        parts.append(f"{place}：{words}" if place else words)
    return f"{sentences.MALFORMED[:-1]}（{'；'.join(parts)}）。" if parts else sentences.MALFORMED


def install_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(GatewayError)
    @app.exception_handler(ConversationError)
    @app.exception_handler(HandoffError)
    @app.exception_handler(BadPicture)
    async def _ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, (GatewayError, ConversationError, HandoffError, BadPicture))
        problem = problem_of(error)
        headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
        if problem.status == 401:
            headers["WWW-Authenticate"] = (
                'Basic realm="minsheng"' if problem.code == "api_token" else "Bearer"
            )
        content = error_json(problem.code, problem.text, retryable=problem.retryable or problem.status == 503)
        return JSONResponse(content, status_code=problem.status, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, error: RequestValidationError) -> Response:
        return JSONResponse(
            error_json("malformed", validation_text(error.errors()), retryable=False), status_code=422
        )

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        text = sentences.NO_SUCH_PAGE if error.status_code in (404, 405) else sentences.MALFORMED
        code = "not_found" if error.status_code in (404, 405) else "malformed"
        return JSONResponse(
            error_json(code, text, retryable=False), status_code=error.status_code, headers=error.headers
        )

    @app.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> Response:
        route = getattr(request.scope.get("route"), "path", "unknown")
        _log.error("request_crashed", path=route, exc_info=error)
        return JSONResponse(error_json("internal", sentences.INTERNAL, retryable=True), status_code=500)
