#!/usr/bin/env python3
"""Holds a rule that GCC 12 forces on coroutines: the condition of an if, while, for or switch awaits nothing.

GCC 12 miscompiles a coroutine that declares no variable and awaits in such a condition: what it waits for is left
out of the coroutine's frame, and it ends in SIGILL or SIGSEGV once resumed. A condition that declares a variable is
safe (`if (const auto error = co_await f())`); otherwise name the result first. The rule asks for it even where
another variable would save the function, as that one may go away.

Usage: await_conditions.py ROOT          checks the tree, prints each wrong condition, exits with 1 if there is one
       await_conditions.py --self-test   checks the checker
"""
import pathlib
import re
import sys

HEAD = re.compile(r"\b(if|while|for|switch)\s*\(")
DECLARES = re.compile(r"^\s*(const\s+)?(auto|bool|int)\b[\s&*]*(\w+|\[[^]]*\])\s*=")
SUFFIXES = {".hpp", ".cpp"}


def blank_comments(text):
    """`text` without its comments; every line stays where it was."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL)


def parenthesis(text, start):
    """What is inside the parenthesis whose inside begins at `start`."""
    depth = 1
    for end in range(start, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth == 0:
            return text[start:end]
    return text[start:]


def condition(keyword, inside):
    """The part of the parenthesis that decides."""
    if keyword != "for":
        return inside
    parts = inside.split(";")
    return parts[1] if len(parts) == 3 else ""  # A range is stored in a variable of the loop.


def wrong_lines(text):
    text = blank_comments(text)
    for head in HEAD.finditer(text):
        what = condition(head.group(1), parenthesis(text, head.end()))
        if "co_await" in what and not DECLARES.match(what):
            yield text.count("\n", 0, head.start()) + 1


def check(root):
    wrong = []
    for layer in ("libs", "services", "cmd", "tests"):
        for file in sorted((root / layer).rglob("*")):
            if file.suffix in SUFFIXES:
                path = file.relative_to(root).as_posix()
                lines = wrong_lines(file.read_text(encoding="utf-8"))
                wrong += [f"{path}:{line}: name what is awaited before the condition (GCC 12)" for line in lines]
    return wrong


def self_test():
    bad = ("if (co_await f()) co_return;", "while (!done && co_await f(g(1))) {", "for (; co_await f();) {",
           "} while (co_await f());", "switch (co_await f()) {", "if (\n    !co_await f()) {", "if ((e = co_await f())) {")
    good = ("if (a) co_await f();", "while (auto key = co_await f()) {", "if (const auto e = co_await f(); !e) {",
            "for (auto& x : co_await f()) {", "for (p = co_await f(); !p.empty(); p = co_await f()) {",
            "const bool more = co_await f();", "// if (co_await f()) co_return;", "if (auto [a, b] = co_await f(); a) {",
            "if (int i = 0; co_await f(i)) {")
    for text in bad:
        assert list(wrong_lines(text)), text
    for text in good:
        assert not list(wrong_lines(text)), text
    assert list(wrong_lines("/* one\ntwo */\nif (co_await f()) {")) == [3]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    wrong = check(pathlib.Path(sys.argv[1]))
    print("\n".join(wrong) if wrong else "no condition awaits")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
