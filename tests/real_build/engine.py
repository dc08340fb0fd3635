"""Builds images with buildah and runs them, without a network unless it is asked for."""
import json, pathlib, shutil, socket, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"B": 1e-6, "KB": 1e-3, "MB": 1.0, "GB": 1e3}


def alone(network):
    """What comes before a command, so that nothing outlives it and, if so wished, it reaches nothing."""
    return ["unshare", *([] if network else ["--net"]), "--pid", "--mount-proc", "--fork", "--kill-child", "--"]


class Failed(Exception):
    """A build or a container that did not do what it should."""


class Engine:
    """A storage of its own on top of the base images, which stay as they are."""

    def __init__(self, images, scratch):
        self.scratch = scratch
        self.buildah = [
            *("buildah", "--root", f"{scratch}/storage", "--runroot", f"{scratch}/run"),
            *("--storage-driver", "overlay", "--storage-opt", f"overlay.imagestore={images}/storage"),
        ]

    def _call(self, arguments, seconds, prefix=()):
        command = [*prefix, *self.buildah, *arguments]
        try:
            run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"`buildah {arguments[0]}` took more than {seconds} s") from error
        if run.returncode:
            log = "\n".join((run.stdout + run.stderr).splitlines()[-30:])
            raise Failed(f"`buildah {arguments[0]}` ended with {run.returncode}:\n{log}")
        return run.stdout

    def build(self, folder, tag, network=False):
        """Builds the Dockerfile of a folder; its size in MB."""
        options = ["--isolation", "chroot", "--pull-never", "--layers", "--tag", tag]
        # Some build tools want a loopback, if nothing else.
        loopback = [] if network else [sys.executable, str(HERE / "ask.py"), "--loopback"]
        prefix = [*alone(network), *loopback]
        self._call(["build", *options, *(users_own() if network else []), str(folder)], 1500, prefix)
        [image] = json.loads(self._call(["images", "--json", tag], 60))
        number, unit = image["size"].split()
        return float(number) * UNITS[unit]

    def answer(self, tag, port=None, network=False, seconds=90):
        """What a container of the image prints, or answers to a request of `/`."""
        config = json.loads(self._call(["inspect", "--type", "image", tag], 60))["OCIv1"]["config"]
        command = config.get("Entrypoint", []) + config.get("Cmd", [])
        container = self._call(["from", "--pull-never", tag], 120).strip()
        run = ["run", "--isolation", "chroot", *(users_own() if network else [])]
        prefix = alone(network)
        if network:
            # On the machine's own network the port may be taken.
            port = free_port()
            run += ["--env", f"SERVER_PORT={port}"]
        if port is not None:
            prefix += [sys.executable, str(HERE / "ask.py"), str(port), str(seconds)]
        # Now and then buildah loses what a short program prints.
        for _ in range(3):
            answer = self._call([*run, container, "--", *command], seconds + 60, prefix).strip()
            if answer:
                break
        return answer

    def close(self):
        subprocess.run([*self.buildah, "rm", "--all"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.scratch, ignore_errors=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def users_own():
    """What the user's machine needs to reach what is outside, seen by a build and kept out of the image: the
    certificates that it trusts, and where its Maven is told to look."""
    settings = pathlib.Path.home() / ".m2/settings.xml"
    volumes = ["/etc/ssl/certs"] + ([f"{settings}:/root/.m2/settings.xml"] if settings.exists() else [])
    names = [volume if ":" in volume else f"{volume}:{volume}" for volume in volumes]
    return [option for name in names for option in ("--volume", f"{name}:ro")]
