"""store.py PORT-FILE FILE: an object store with this one object, for whoever
signs as USER with the key SECRET/key by AWS Signature Version 4, worked out
here anew; 403 for all others."""

import hashlib
import hmac
import http.server
import re
import sys

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=USER/(\d{8}/[^/]+/s3/aws4_request),"
    r" ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(path, headers, scope, names):
    """Of a GET without parameters and without a body."""
    lines = [f"{name}:{headers[name].strip()}" for name in names.split(";")]
    canonical = "\n".join(
        ["GET", path, "", *lines, "", names, headers["x-amz-content-sha256"]]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4SECRET/key"
    for part in scope.split("/"):
        key = mac(key, part)
    text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest]
    return mac(key, "\n".join(text)).hex()


class Store(http.server.BaseHTTPRequestHandler):
    def allowed(self):
        given = AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        if not given or "host" not in given[2].split(";"):
            return False
        return signature(self.path, self.headers, given[1], given[2]) == given[3]

    def do_GET(self):
        with open(sys.argv[2], "rb") as file:
            body = file.read()
        status = 200
        if not self.allowed():
            status, body = 403, b"SignatureDoesNotMatch"
        elif self.headers.get("if-none-match") == '"1"':
            status, body = 304, b""
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.HTTPServer(("127.0.0.1", 0), Store)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(str(server.server_port))
server.serve_forever()
