"""MiniStack with one thing more: the age of an object can be set.

S3 gives an object the time of its upload, and no client can change it. Backups that are to be days
old on a cloud that is minutes old need it, so `POST /_lifeboat/backdate` with
`{"bucket", "key", "lastModified"}` sets it, on loopback alone. MiniStack's files stay as they are:
its ASGI application is wrapped before it is served.
"""

import json
import re

from ministack import app as gateway
from ministack.services import s3

serve_aws = gateway.app

PATH = "/_lifeboat/backdate"
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


async def read_body(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def backdate(request):
    """Set the time on an object and on its newest version, which MiniStack keeps apart."""
    bucket, key, time = (request[name] for name in ("bucket", "key", "lastModified"))
    if not TIME.match(time):
        return 400, "lastModified must be like 2026-01-31T02:00:00.000Z"
    held = s3._buckets.get(bucket)
    if held is None or key not in held["objects"]:
        return 404, f"no object {key} in bucket {bucket}"
    held["objects"][key]["last_modified"] = time
    for version in s3._object_versions.get((bucket, key), []):
        if version.get("is_latest"):
            version["last_modified"] = time
    return 204, ""


async def app(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != PATH:
        await serve_aws(scope, receive, send)
        return
    try:
        status, answer = backdate(json.loads(await read_body(receive)))
    except (ValueError, KeyError, TypeError) as error:
        status, answer = 400, f"not a request to backdate: {error!r}"
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": answer.encode()})


if __name__ == "__main__":
    gateway.app = app
    gateway.main()
