"""HMAC-SHA-256 of many short messages with Python's `hashlib`, on every core.

Run as a script, it is one of the workers: it reads a request on standard input and answers on standard output. Needs
the standard library only, so that workers start in no time.
"""

import hashlib
import math
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

# Numbers and ids hold no such character.
SEPARATOR = "\0"
MESSAGES_AT_A_TIME = 500_000


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks that HMAC-SHA-256 puts in front (RFC 2104)."""
    block = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def hash_all(key: bytes, space: str, messages: bytes) -> bytes:
    """The first 16 bytes of HMAC-SHA-256(key, `udpeg/1/<space>:` + message) of each message, in hex, in a row.

    The key's blocks are hashed once and their state is copied: two compressions a message.
    """
    inner, outer = (hashlib.sha256(pad) for pad in pads(key))
    inner.update(f"udpeg/1/{space}:".encode())
    digests = []
    for message in messages.split(SEPARATOR.encode()):
        first, second = inner.copy(), outer.copy()
        first.update(message)
        second.update(first.digest())
        digests.append(second.digest()[:16])
    return b"".join(digests).hex().encode()


def in_a_worker(request: tuple[bytes, str, bytes]) -> bytes:
    """The same as `hash_all`, in a process of its own."""
    command = [sys.executable, "-S", "-E", __file__]
    return subprocess.run(command, input=pickle.dumps(request), stdout=subprocess.PIPE, check=True).stdout


def pseudonyms(key: bytes, space: str, count: int, joined) -> bytes:
    """The pseudonyms of `count` messages, 32 characters each, in a row; `joined(start, length)` gives some of them."""
    cores = os.cpu_count() or 1
    length = max(1, math.ceil(count / max(cores, math.ceil(count / MESSAGES_AT_A_TIME))))
    requests = ((key, space, joined(start, length).encode()) for start in range(0, count, length))
    with ThreadPoolExecutor(cores) as workers:
        return b"".join(workers.map(in_a_worker, requests))


if __name__ == "__main__":
    sys.stdout.buffer.write(hash_all(*pickle.load(sys.stdin.buffer)))
