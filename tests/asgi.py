"""Asking an ASGI application without a network and without another library."""

from __future__ import annotations

import asyncio
import json as json_
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """Status, headers (small letters) and body of an answer."""

    status_code: int
    headers: dict
    content: bytes

    def json(self):
        return json_.loads(self.content)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8")


class Client:
    """A browser of sorts: `client.get("/x")`, `client.post("/x", json={...})`."""

    def __init__(self, app):
        self.app = app

    def get(self, path: str, **more) -> Answer:
        return self.request("GET", path, **more)

    def post(self, path: str, **more) -> Answer:
        return self.request("POST", path, **more)

    def delete(self, path: str, **more) -> Answer:
        return self.request("DELETE", path, **more)

    def request(self, method: str, path: str, json=None, content: bytes = b"", headers=None) -> Answer:
        body = content if json is None else json_.dumps(json).encode()
        address = urlsplit(path)
        sent: list[dict] = []
        given = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
                 "path": address.path, "raw_path": address.path.encode(), "query_string": address.query.encode(),
                 "root_path": "", "headers": [(b"host", b"test"), *given], "client": ("test", 1),
                 "server": ("test", 80)}

        async def receive() -> dict:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        start = next(m for m in sent if m["type"] == "http.response.start")
        kept = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], kept, b"".join(m.get("body", b"") for m in sent if m["type"] != start["type"]))
