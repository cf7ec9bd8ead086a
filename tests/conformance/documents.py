"""Documents for the conformance tests, a line each: `{"v":DOCUMENT}`.

documents.py generate SEED N   random documents, half of them spoiled
documents.py verdicts FILE     1 or 0 a line: is it JSON, by python's parser
"""
import json
import random
import sys

ALPHABET = [
    "a", "Z", "0", " ", "é", "€", "😀", "\u2028", "/", "\\\"", "\\\\", "\\/",
    "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u00e9", "\\ud83d\\ude00",
    "\\ud800", "\\udc00", "\x7f", "'",
]
SPOIL = list(b"\"\\{}[]:,.-+eE0123456789tfnu \t\x00\x01\x1f\x7f\x80\xbf\xc0"
             b"\xc3\xe2\xed\xf0\xf5\xff")


def string(r):
    return '"' + "".join(r.choice(ALPHABET) for _ in range(r.choice(
        [0, 1, 2, 5, 15, 16, 17, 40]))) + '"'


def number(r):
    text = r.choice(["", "-"]) + r.choice(
        ["0", str(r.randrange(1, 10 ** r.randrange(1, 25)))])
    if r.random() < 0.4:
        text += "." + "".join(r.choice("0123456789")
                              for _ in range(r.randrange(1, 20)))
    if r.random() < 0.3:
        text += r.choice("eE") + r.choice(["", "+", "-"]) + str(
            r.randrange(0, 400))
    return text


def value(r, depth):
    kind = r.randrange(4 if depth > 5 else 7)
    space = " " * (r.random() < 0.2)
    if kind == 0:
        return r.choice(["true", "false", "null"])
    if kind == 1:
        return number(r)
    if kind < 4:
        return string(r)
    items = [value(r, depth + 1) for _ in range(r.randrange(5))]
    if kind == 4:
        return "[" + space + (space + "," + space).join(items) + space + "]"
    return "{" + ("," + space).join(
        string(r) + space + ":" + space + item for item in items) + "}"


def spoiled(r, text):
    data = bytearray(text.encode())
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        at = r.randrange(len(data))
        how = r.randrange(4)
        if how == 0:
            data[at] = r.choice(SPOIL)
        elif how == 1:
            data.insert(at, r.choice(SPOIL))
        elif how == 2 and len(data) > 1:
            del data[at]
        else:
            other = r.randrange(len(data))
            data[at], data[other] = data[other], data[at]
    return bytes(b for b in data if b not in b"\n\r")


def constant(name):
    raise ValueError(name)


def is_json(line):
    try:
        json.loads(line.decode("utf-8"), parse_constant=constant)
        return True
    except (ValueError, RecursionError):
        return False


def main():
    out = sys.stdout.buffer
    # Python refuses to make ints of more than 4300 digits by default.
    getattr(sys, "set_int_max_str_digits", lambda n: None)(0)
    if sys.argv[1] == "generate":
        r = random.Random(int(sys.argv[2]))
        for _ in range(int(sys.argv[3])):
            text = '{"v":' + value(r, 0) + "}"
            out.write(spoiled(r, text) if r.random() < 0.5 else text.encode())
            out.write(b"\n")
    else:
        for line in open(sys.argv[2], "rb"):
            line = line.rstrip(b"\n")
            if line.strip(b" \t\r"):
                out.write(b"1\n" if is_json(line) else b"0\n")


main()
