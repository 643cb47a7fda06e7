"""What is done to members: a network of their own that can be cut, disks that are small or break. Needs root; a test that
cannot have it is reported as not run, with the reason."""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

CLONE_NEWNET = 0x40000000
SUBNET = "10.77.0"


def run(*args):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise OSError(f"{' '.join(str(a) for a in args)}: {done.stderr.strip()}")
    return done.stdout


def attempt(*args):
    try:
        run(*args)
    except OSError:
        pass


def address(index):
    return f"{SUBNET}.{index}"


class Network:
    """A namespace for each member and one, the hub, with a bridge between them, where this process goes while it lasts.
    Nothing of it touches the machine's own network."""

    def __init__(self, size):
        if not shutil.which("ip"):
            raise unittest.SkipTest("no network namespaces: the program `ip` is not installed")
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.names = {i: f"coxtest-{os.getpid()}-{i}" for i in range(size + 1)}
        try:
            self.remove_stale()
            self.make()
        except OSError as error:
            self.remove()
            raise unittest.SkipTest(f"no network namespaces: {error}") from error

    def remove_stale(self):
        """What a test left that was killed itself."""
        for name in re.findall(r"coxtest-\d+-\d+", run("ip", "netns", "list")):
            if not pathlib.Path("/proc", name.split("-")[1]).exists():
                attempt("ip", "netns", "del", name)

    def make(self):
        hub = self.names[0]
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", hub, "link", "add", "hub", "type", "bridge")
        run("ip", "-n", hub, "addr", "add", address(254) + "/24", "dev", "hub")
        run("ip", "-n", hub, "link", "set", "hub", "up")
        for index, name in self.names.items():
            if index == 0:
                continue
            run("ip", "-n", hub, "link", "add", f"to{index}", "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "-n", name, "addr", "add", address(index) + "/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            run("ip", "-n", hub, "link", "set", f"to{index}", "master", "hub", "up")
        self.enter(f"/run/netns/{hub}")

    def enter(self, path):
        """For this thread, and those it starts from now on."""
        fd = os.open(path, os.O_RDONLY) if isinstance(path, str) else path
        if self.libc.setns(fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def prefix(self, index):
        """Runs a command as member `index` of this network."""
        return ["ip", "netns", "exec", self.names[index]]

    def isolate(self, index):
        """Neither peers nor clients reach it any more; nobody is told."""
        run("ip", "-n", self.names[0], "link", "set", f"to{index}", "down")

    def drop(self, sender, receiver):
        """What the one sends to the other is lost: it goes to an Ethernet address that nobody has."""
        run("ip", "-n", self.names[sender], "neigh", "replace", address(receiver), "lladdr", "02:00:00:00:de:ad",
            "dev", "eth0", "nud", "permanent")

    def cut(self, one, others):
        for other in others:
            self.drop(one, other)
            self.drop(other, one)

    def disturb(self, *how):
        """`how` in the words of tc netem, on what each member sends: "delay", "20ms", "10ms", "loss", "2%"."""
        try:
            for index, name in self.names.items():
                if index:
                    run("ip", "netns", "exec", name, "tc", "qdisc", "replace", "dev", "eth0", "root", "netem", *how)
        except OSError as error:
            raise unittest.SkipTest(f"no delay and loss: this kernel has no netem ({error})") from error

    def heal(self):
        for index, name in self.names.items():
            if index == 0:
                continue
            run("ip", "-n", self.names[0], "link", "set", f"to{index}", "up")
            for other in self.names:
                if other not in (0, index):
                    attempt("ip", "-n", name, "neigh", "del", address(other), "dev", "eth0")

    def remove(self):
        if self.home is None:
            return
        self.enter(self.home)
        os.close(self.home)
        self.home = None
        for name in self.names.values():
            attempt("ip", "netns", "del", name)


class Disk:
    """A directory on a file system of its own: `megabytes` in a file, so that it can be full or break alone."""

    def __init__(self, folder, megabytes=512):
        self.folder, self.image = pathlib.Path(folder), pathlib.Path(f"{folder}.image")
        self.ballast = self.folder / "ballast"
        self.device = None
        if not shutil.which("mkfs.ext4") or not shutil.which("losetup"):
            raise unittest.SkipTest("no disk of its own: mkfs.ext4 or losetup is not installed")
        self.folder.mkdir(parents=True)
        with open(self.image, "wb") as image:
            image.truncate(megabytes << 20)
        try:
            run("mkfs.ext4", "-q", "-m", "0", self.image)
            self.mount()
        except OSError as error:
            self.remove()
            raise unittest.SkipTest(f"no disk of its own: {error}") from error

    def mount(self, options="rw"):
        # A device each time: another namespace on this machine may still hold the mount before.
        self.device = run("losetup", "--find", "--show", self.image).strip()
        run("mount", "-o", options, self.device, self.folder)

    def fill(self):
        """Until not a byte is left."""
        with open(self.ballast, "wb") as out:
            size = 1 << 28
            while size > 0:
                try:
                    os.posix_fallocate(out.fileno(), os.fstat(out.fileno()).st_size, size)
                except OSError:
                    size //= 2

    def make_room(self):
        self.ballast.unlink()

    def break_down(self):
        """As the kernel does on an error of the device: from now on nothing can be written."""
        run("mount", "-o", "remount,abort", self.folder)

    def mount_again(self, options="rw"):
        self.remove()
        self.mount(options)

    def remove(self):
        if self.device:
            attempt("umount", self.folder)
            attempt("losetup", "-d", self.device)
        self.device = None


class Clock:
    """A member's wall clock, which can be made to jump: a library before libc answers for it (shifted_clock.c)."""

    def __init__(self, folder):
        if not shutil.which("cc"):
            raise unittest.SkipTest("no clock that jumps: there is no C compiler")
        self.library, self.file = pathlib.Path(folder, "clock.so"), pathlib.Path(folder, "clock")
        run("cc", "-shared", "-fPIC", "-O1", "-o", self.library, pathlib.Path(__file__).with_name("shifted_clock.c"),
            "-ldl")
        self.file.write_bytes(bytes(8))

    def prefix(self):
        return ["env", f"LD_PRELOAD={self.library}", f"COX_CLOCK={self.file}"]

    def jump(self, seconds):
        with open(self.file, "r+b") as file:
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))
