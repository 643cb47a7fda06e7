#!/usr/bin/env python3
"""Generates C++ from the schema: the typed structs with their field tables, and the schema as data.

  generate.py --list SCHEMA_DIR            the files that will be written, one a line, relative to the output folder
  generate.py SCHEMA_DIR OUTPUT_DIR        writes them (only those whose content changed)
"""
import os
import sys

import schema
import typed
import tables


def outputs(folder):
    types = schema.load(folder)
    resources = schema.load_resources(folder)
    files = dict(typed.files(types, resources))
    files["schema_data.cpp"] = tables.source(types, resources)
    files["protobuf_data.cpp"] = tables.protobuf_source(types, schema.load_protobuf(folder))
    files["descriptions_data.cpp"] = tables.descriptions_source(types, schema.load_descriptions(folder))
    return files


def write_if_changed(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main(argv):
    if len(argv) == 3 and argv[1] == "--list":
        print(";".join(sorted(outputs(argv[2]))), end="")
        return 0
    if len(argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    for name, text in outputs(argv[1]).items():
        write_if_changed(os.path.join(argv[2], name), text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
