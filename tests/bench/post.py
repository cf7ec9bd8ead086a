"""post.py URL: posts the lines of standard input as arrays of 100, in order."""

import http.client
import sys
import urllib.parse

to = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(to.hostname, to.port)


def post(records):
    body = b"[" + b",".join(records) + b"]"
    headers = {"Content-Type": "application/json"}
    connection.request("POST", to.path, body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        sys.exit(f"status {answer.status}")


batch = []
for line in sys.stdin.buffer:
    batch.append(line.rstrip(b"\n"))
    if len(batch) == 100:
        post(batch)
        batch = []
if batch:
    post(batch)
