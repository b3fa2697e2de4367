# SPDX-License-Identifier: GPL-2.0-or-later
"""A bad line between two network devices of a namespace, for kernels without netem: frames go across in both directions, of
UDP (but names) some are lost and the others are late, each by its own time, so that some overtake others.

    impair.py DEVICE DEVICE LOSS JITTER         loss 0 to 1, jitter in ms; writes "ready", ends by a signal
"""

import heapq
import random
import select
import socket
import struct
import sys
import time

ALL, OUTGOING = 3, 4
PACKET, VNET_HEADER = 263, 15
#: Of a virtio_net_hdr, which goes in front of each frame: unfinished checksums and segments cross as they are.
HEADER = 10


def open_device(name):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
    link.setsockopt(PACKET, VNET_HEADER, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    link.bind((name, ALL))
    link.setblocking(False)
    return link


def is_media(frame):
    """UDP that is no question or answer about names."""
    kind = struct.unpack_from('>H', frame, HEADER + 12)[0]
    start = HEADER + 14
    if kind == 0x0800 and frame[start + 9] == 17:
        ports = start + (frame[start] & 15) * 4
    elif kind == 0x86DD and frame[start + 6] == 17:
        ports = start + 40
    else:
        return False
    return len(frame) >= ports + 4 and 53 not in struct.unpack_from('>HH', frame, ports)


def main():
    links = [open_device(name) for name in sys.argv[1:3]]
    loss, jitter = float(sys.argv[3]), float(sys.argv[4]) / 1000
    late, count = [], 0
    print('ready', flush=True)
    while True:
        wait = max(0, late[0][0] - time.monotonic()) if late else None
        for link in select.select(links, [], [], wait)[0]:
            while True:
                try:
                    frame, origin = link.recvfrom(1 << 17)
                except BlockingIOError:
                    break
                if origin[2] == OUTGOING:
                    continue
                due = time.monotonic()
                if is_media(frame):
                    if random.random() < loss:
                        continue
                    due += random.random() * jitter
                count += 1
                heapq.heappush(late, (due, count, links[1 - links.index(link)], frame))
        while late and late[0][0] <= time.monotonic():
            _, _, target, frame = heapq.heappop(late)
            try:
                target.send(frame)
            except OSError as error:
                print(error, flush=True)


main()
