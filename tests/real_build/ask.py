"""Starts a server, asks it for one page, prints what it answers and ends it.

  ask.py PORT SECONDS COMMAND…
  ask.py --loopback COMMAND…   only raises the loopback and becomes the command

Meant for `unshare --net --pid --kill-child`: the network is its own, with nothing in it but loopback, so no port is
taken, nothing is reached, and whatever the server started ends with it.
"""
import fcntl, os, socket, struct, subprocess, sys, time, urllib.error, urllib.request

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def main(port, seconds, *command):
    raise_loopback()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    end = time.monotonic() + float(seconds)
    try:
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    print(answer.read().decode())
                    return 0
            except (urllib.error.URLError, OSError):
                if server.poll() is not None:
                    print(f"the server ended with {server.returncode}", file=sys.stderr)
                    return 1
                time.sleep(0.1)
        print(f"no answer within {seconds} s", file=sys.stderr)
        return 1
    finally:
        server.kill()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--loopback"]:
        raise_loopback()
        os.execvp(sys.argv[2], sys.argv[2:])
    sys.exit(main(*sys.argv[1:]))
