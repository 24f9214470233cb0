"""MiniStack with one thing more and three things mended. Its files stay as they are.

More: the age of an object can be set. S3 gives an object the time of its upload, and no client can
change it; backups that are to be days old on a cloud that is minutes old need it. So
`POST /_lifeboat/backdate` with `{"bucket", "key", "lastModified"}` sets it.

Mended: MiniStack 1.5.33 answers a ranged GET that names a version with the whole object. S3 answers
with the range, and whoever reads a versioned bucket in parts depends on it.

Mended as well: SNS over HTTP, which forgot what could not be delivered; see mend_sns.py. And queues,
which became slower with every message in them; see mend_sqs.py.
"""

import json
import re

import mend_sns
import mend_sqs
from ministack import app as gateway
from ministack.services import s3

serve_aws = gateway.app

PATH = "/_lifeboat/backdate"
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


get_object = s3._get_object


def get_object_in_ranges(bucket, key, headers, query_params=None):
    status, answered, body = get_object(bucket, key, headers, query_params)
    asked = headers.get("range", "")
    if status != 200 or not asked or not (query_params or {}).get("versionId"):
        return status, answered, body
    found = s3._parse_range(asked, len(body))
    if found is None:
        return 416, {"Content-Range": f"bytes */{len(body)}"}, b""
    first, last = found
    # The checksum is that of the whole object; a client would hold it against the part.
    kept = {name: value for name, value in answered.items() if not name.lower().startswith("x-amz-checksum")}
    kept["Content-Length"] = str(last - first + 1)
    kept["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return 206, kept, body[first : last + 1]


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
    s3._get_object = get_object_in_ranges
    mend_sns.mend()
    mend_sqs.mend()
    gateway.app = app
    gateway.main()
