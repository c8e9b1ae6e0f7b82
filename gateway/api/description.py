"""The API description as one plain page: no script, no outside files, so that the strict CSP stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


def description_page(openapi: Mapping[str, Any]) -> str:
    info = openapi.get("info", {})
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info.get('title', ''))}</title></head><body><main>",
        f"<h1>{escape(info.get('title', ''))} {escape(info.get('version', ''))}</h1>",
        f"<p>{escape(info.get('description', ''))}</p>",
        '<p>机器可读的描述：<a href="/openapi.json">/openapi.json</a></p>',
    ]
    for path, operations in openapi.get("paths", {}).items():
        for method in _METHODS:
            if method in operations:
                parts += _operation(path, method, operations[method])
    parts.append("<h2>数据结构</h2>")
    for name, schema in openapi.get("components", {}).get("schemas", {}).items():
        parts += [f'<h3 id="{escape(name)}">{escape(name)}</h3>', _properties(schema)]
    return "\n".join([*parts, "</main></body></html>"])


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> list[str]:
    parts = [
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
        f"<p>{escape(operation.get('summary', ''))} {escape(operation.get('description', ''))}</p>",
    ]
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
            f"<td>{_type(p.get('schema', {}))}</td><td>{'必填' if p.get('required') else ''}</td></tr>"
            for p in parameters
        )
        parts.append(f"<table>{rows}</table>")
    for body in operation.get("requestBody", {}).get("content", {}).values():
        parts.append(f"<p>请求体：{_type(body.get('schema', {}))}</p>")
    answers = ", ".join(
        f"{escape(status)} "
        + " ".join(_type(c.get("schema", {})) for c in answer.get("content", {}).values())
        for status, answer in operation.get("responses", {}).items()
    )
    return [*parts, f"<p>响应：{answers}</p>"]


def _properties(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(value)}</td>"
        f"<td>{'必填' if name in required else ''}</td></tr>"
        for name, value in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>"


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    kind = escape(str(schema.get("type", "object")))
    return f"{kind}&lt;{_type(schema['items'])}&gt;" if "items" in schema else kind
