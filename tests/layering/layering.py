#!/usr/bin/env python3
"""Holds the direction of dependencies: cmd -> services -> libs, and among libs the table below.

Usage: layering.py ROOT          checks the tree, prints each wrong include, exits with 1 if there is one
       layering.py --self-test   checks the checker
"""
import pathlib
import re
import sys

# What each library may include besides itself. `raft` knows nothing but base's types.
LIBS = {
    "base": set(),
    "raft": {"base"},
    "api": {"base"},
    "cel": {"base", "api"},
    "structural": {"base", "api"},
    "pki": {"base"},
    "http": {"base"},
    "frame": {"base", "http", "pki"},
    "storage": {"base", "http"},
    "client": {"base", "http", "api"},
}
# Test support may reach further than what it supports; it lives in files or folders of these names.
TEST = re.compile(r"(_test\.cpp|/testing(\.[ch]pp|/.*))$")
TEST_EXTRA = {"http": {"pki"}}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
SUFFIXES = {".hpp", ".cpp"}


def owner(path):
    """('libs'|'services'|'cmd'|'tests', folder) of a file's path relative to the root."""
    parts = pathlib.PurePosixPath(path).parts
    return (parts[0], parts[1]) if len(parts) > 2 else (parts[0], "")


def complaint(path, include, services):
    """Why the file at `path` may not include `include`; None if it may."""
    layer, folder = owner(path)
    target = pathlib.PurePosixPath(include).parts[0]
    if layer == "libs":
        if target in services:
            return "a library may not include a service"
        if folder not in LIBS:
            return f"libs/{folder} is not in the table of tests/layering/layering.py"
        allowed = LIBS[folder] | {folder}
        if TEST.search(path):
            allowed = allowed | TEST_EXTRA.get(folder, set())
        if target in LIBS and target not in allowed:
            return f"libs/{folder} may not include libs/{target}"
    if layer == "services" and target in services and target != folder:
        return "a service may not include another service"
    return None


def check(root):
    services = {p.name for p in (root / "services").iterdir() if p.is_dir()}
    wrong = []
    for layer in ("libs", "services", "cmd"):
        for file in sorted((root / layer).rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            path = file.relative_to(root).as_posix()
            for include in INCLUDE.findall(file.read_text(encoding="utf-8")):
                why = complaint(path, include, services)
                if why:
                    wrong.append(f"{path}: #include \"{include}\": {why}")
    return wrong


def self_test():
    services = {"apiserver", "scheduler"}
    assert complaint("libs/raft/log.cpp", "http/client.hpp", services)
    assert complaint("libs/base/x.cpp", "apiserver/cache/cache.hpp", services)
    assert complaint("services/apiserver/a/b.cpp", "scheduler/queue.hpp", services)
    assert complaint("libs/unknown/x.cpp", "base/error.hpp", services)
    assert not complaint("services/apiserver/a/b.cpp", "apiserver/c/d.hpp", services)
    assert not complaint("libs/client/rest.cpp", "http/client.hpp", services)
    assert not complaint("libs/http/testing.hpp", "pki/key.hpp", services)
    assert complaint("libs/http/server.cpp", "pki/key.hpp", services)
    assert not complaint("cmd/apiserver/main.cpp", "apiserver/service/service.hpp", services)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    wrong = check(pathlib.Path(sys.argv[1]))
    print("\n".join(wrong) if wrong else "every include points the right way")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
