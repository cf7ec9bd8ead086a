"""A proxy that asks for a password, and writes down what it is asked.

proxy.py PORT_FILE LOG: listens on a free port of the loopback, writes its
number to PORT_FILE, and one line for each request, with the names of its
header fields, to LOG. CONNECT and plain requests; one request a connection.
"""
import base64
import os
import select
import socket
import sys
import threading
from urllib.parse import urlsplit

WANTED = b"Basic " + base64.b64encode(b"me:pr0xy-pass")


def read_head(c):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = c.recv(65536)
        if not piece:
            break
        head += piece
    return head


def pump(a, b):
    while True:
        for s in select.select([a, b], [], [])[0]:
            piece = s.recv(65536)
            if not piece:
                return
            (b if s is a else a).sendall(piece)


def serve(c, log):
    with c:
        head = read_head(c)
        lines = head.split(b"\r\n\r\n")[0].split(b"\r\n")
        method, target, _ = lines[0].split(b" ")
        fields = dict(l.split(b": ", 1) for l in lines[1:])
        names = sorted(n.decode().lower() for n in fields)
        os.write(log, f"{method.decode()} {target.decode()} {names}\n".encode())
        if fields.get(b"Proxy-Authorization") != WANTED:
            c.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n"
                      b"Proxy-Authenticate: Basic realm=x\r\n\r\n")
            return
        if method == b"CONNECT":
            host, port = target.decode().rsplit(":", 1)
            with socket.create_connection((host, int(port))) as s:
                c.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                pump(c, s)
            return
        u = urlsplit(target.decode())
        with socket.create_connection((u.hostname, u.port)) as s:
            rest = [l for l in lines[1:] if not l.startswith(b"Proxy-")]
            s.sendall(b" ".join([method, u.path.encode(), b"HTTP/1.0"]) +
                      b"\r\n" + b"\r\n".join(rest) + b"\r\n\r\n")
            while piece := s.recv(65536):
                c.sendall(piece)


def main():
    s = socket.create_server(("127.0.0.1", 0))
    log = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open(sys.argv[1] + ".new", "w") as f:
        f.write(str(s.getsockname()[1]))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c, log), daemon=True).start()


main()
