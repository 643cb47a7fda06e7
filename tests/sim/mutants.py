#!/usr/bin/env python3
"""Deliberate bugs inside libs/raft: changes a copy of one source, compiles it, links it with the rest of a build and
lets the simulation and the unit tests search for it. The sources themselves carry no switches.

Usage: mutants.py BUILD [--seeds N] [--seed FIRST] [--only NAME]...
BUILD: a configured folder with sim and raft_test built, such as build/release

Prints a row of the table in README.md for each mutant: its seed, whether the unit tests find it too, and how it shows;
exits with 1 if neither finds one.
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name: (source, what stands there, what the mutant has instead)
MUTANTS = {
    "vote-twice-a-term": ("election.cpp", "const bool may_vote = hard_.vote == m.from ||",
                          "const bool may_vote = true || hard_.vote == m.from ||"),
    "vote-for-short-log": ("election.cpp", "may_vote && !kept && log_.up_to_date(request.last)", "may_vote && !kept"),
    "learner-protects-leader": ("election.cpp", "      become_follower(hard_.term, NodeId(0));\n    return;",
                                "      election_elapsed_ = 0;\n    return;"),
    "minority-decides": ("quorum.cpp", "return voters / 2 + 1;", "return (voters + 1) / 2;"),
    "joint-asks-new-only": ("quorum.cpp", "return membership.joint() ? std::min(index, "
                            "majority_index(membership.outgoing, index_of)) : index;", "return index;"),
    "joint-votes-new-only": ("quorum.cpp", "membership.joint() ? count_in(membership.outgoing, votes) : in", "in"),
    "commits-old-terms": ("leading.cpp", "if (index <= log_.committed() || log_.term_at(index) != hard_.term) return;",
                          "if (index <= log_.committed()) return;"),
    "own-entries-unwritten": ("leading.cpp", "return peer == peers_.end() ? Index(0) : peer->second.match;",
                              "if (id == options_.id) return log_.last().index;\n"
                              "    return peer == peers_.end() ? Index(0) : peer->second.match;"),
    "optimistic-match": ("leading.cpp", "peer.next = entries.back().id.index + 1;",
                         "peer.next = entries.back().id.index + 1; peer.match = entries.back().id.index;"),
    "two-changes-at-once": ("core.cpp", "if (memberships_.rbegin()->first > log_.committed() || "
                            "membership().joint())", "if (membership().joint())"),
    "no-joint-step": ("config.cpp", "if (difference(current.voters, target.voters) <= 1) return target;",
                      "return target;"),
    "never-leaves-joint": ("leading.cpp", "if (membership().joint()) {", "if (false) {"),
    "read-without-own-commit": ("reading.cpp", "if (!committed_in_term()) {", "if (false) {"),
    "read-without-round": ("reading.cpp", "has_quorum(membership(), {options_.id})) {", "true) {"),
    "read-round-of-one": ("read_rounds.cpp", "if (has_quorum(membership, rounds_[i].confirmed_by))",
                          "if (!rounds_[i].confirmed_by.empty())"),
    "append-unmatched": ("following.cpp", "if (!log_.matches(request.previous)) {",
                         "if (request.previous.index > log_.last().index) {"),
    "keeps-conflicting-tail": ("log.cpp", "while (known < entries.size() && matches(entries[known].id))",
                               "while (known < entries.size() && entries[known].id.index <= last().index)"),
    "applies-unwritten": ("core.cpp", "  if (log_.applied() >= upto) return;\n  ready.committed = log_.slice("
                          "log_.applied() + 1, upto,", "  if (log_.applied() >= log_.committed()) return;\n"
                          "  ready.committed = log_.slice(log_.applied() + 1, log_.committed(),"),
    "snapshot-keeps-members": ("following.cpp", "memberships_[meta.id.index] = meta.membership;",
                               "memberships_[meta.id.index] = Membership();"),
    "conflict-keeps-members": ("following.cpp",
                               "memberships_.erase(memberships_.lower_bound(*changed), memberships_.end());", ""),
    "lease-from-answers": ("reading.cpp", "at = std::max(at, sent->second);", "at = now_time_;"),
    "lease-kept-in-transfer": ("leading.cpp", "  hands_over_ = true;\n", ""),
    "lease-of-minority": ("reading.cpp", "return has_quorum(membership(), bound);", "return bound.size() > 1;"),
    "restart-forgets-promise": ("election.cpp", "return options_.lease_length > 0 && promise_elapsed_ <",
                                "return options_.lease_length > 0 && leader_ != NodeId(0) && promise_elapsed_ <"),
    "old-term-is-heard": ("following.cpp", "    answer_stale(m);\n    return false;", "    return true;"),
}


def command_for(build, source):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"] == str(source):
            words = shlex.split(entry["command"])
            output = words.index("-o")
            return words[:output], build / words[output + 1], entry["directory"]
    sys.exit(f"{source} is not in {build}/compile_commands.json")


def link(build, mutant_object, original_object, target, main, binary):
    """All of raft's objects, the mutant in place of its original, before the other libraries."""
    objects = [str(o) for o in (build / "libs/raft/CMakeFiles/raft.dir").glob("*.o") if o != original_object]
    rest = subprocess.run(["ninja", "-C", str(build), "-t", "commands", target], capture_output=True, text=True,
                          check=True).stdout.splitlines()[-1]
    words = [w for w in shlex.split(rest) if not w.endswith("libraft.a")]
    words = words[words.index(next(w for w in words if w.endswith("g++") or w.endswith("c++") or "clang" in w)):]
    for stop in ("&&", ":"):
        if stop in words:
            words = words[:words.index(stop)]
    words[words.index("-o") + 1] = str(binary)
    at = words.index(main)
    words[at + 1:at + 1] = objects + [str(mutant_object)]
    subprocess.run(words, cwd=build, check=True)


def search(binary, first, seeds):
    """The seed that finds it and how it shows; None if none does."""
    done = subprocess.run([binary, "--seed", str(first), "--seeds", str(seeds)], capture_output=True, text=True,
                          check=False)
    if done.returncode == 0:
        return None, "not found"
    lines = done.stdout.splitlines()
    how = next((line for line in lines[1:] if line and "DID NOT REPLAY" not in line), "?")
    return int(lines[0].split()[1].rstrip(":")), how


def unit_tests_fail(binary):
    """Also by not coming to an end."""
    try:
        return subprocess.run([binary], capture_output=True, check=False, timeout=60).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def find(build, name, first, seeds):
    source_name, old, new = MUTANTS[name]
    source = ROOT / "libs/raft" / source_name
    text = source.read_text()
    if text.count(old) != 1:
        return None, None, f"the mutant no longer fits {source_name}"
    with tempfile.TemporaryDirectory() as folder:
        mutant, mutant_object = pathlib.Path(folder, source_name), pathlib.Path(folder, source_name + ".o")
        mutant.write_text(text.replace(old, new))
        words, original_object, cwd = command_for(build, source)
        subprocess.run([*words, "-Wno-error", "-w", "-o", mutant_object, "-c", mutant], cwd=cwd, check=True)
        binary, unit = pathlib.Path(folder, "sim"), pathlib.Path(folder, "raft_test")
        link(build, mutant_object, original_object, "bin/sim", "tests/sim/CMakeFiles/sim_bin.dir/main.cpp.o", binary)
        link(build, mutant_object, original_object, "tests/raft_test",
             "libs/raft/CMakeFiles/raft_test.dir/core_test.cpp.o", unit)
        failed = unit_tests_fail(unit)
        seed, how = search(binary, first, seeds)
    return seed, failed, how


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    missed = 0
    for name in arguments.only or MUTANTS:
        seed, unit, how = find(arguments.build.resolve(), name, arguments.seed, arguments.seeds)
        missed += seed is None and not unit
        print(f"| {name} | {'-' if seed is None else seed} | {'yes' if unit else '-'} | {how} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
