"""Reads libs/api/schema/*.json: the facts about every type of the API."""
import glob
import json
import os
import re

SCALARS = {"string": "string", "boolean": "boolean", "int32": "int32", "int64": "int64", "double": "number", "bytes": "bytes"}
ALIASES = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int_or_string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "micro_time",
}
PREFIXES = ("io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.",
            "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis.")
KEYWORDS = {"namespace", "default", "operator", "continue", "template", "enum", "not", "and", "or", "export", "public",
            "private", "class", "new", "delete", "signed", "static", "union", "volatile", "register", "explicit", "auto",
            "bool", "int", "for", "if", "else", "while", "case", "switch", "this", "true", "false", "void", "short", "long"}


def load(folder):
    """{type name: facts}, sorted by name."""
    types = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.types.json"))):
        with open(path, encoding="utf-8") as f:
            types.update(json.load(f))
    return dict(sorted(types.items()))


def load_resources(folder):
    with open(os.path.join(folder, "resources.json"), encoding="utf-8") as f:
        return json.load(f)


def load_protobuf(folder):
    """{type name: facts}: "paths" (field -> its numbers within embedded messages), "optional" (scalars that are sent only when
    set), "values" (messages that are always sent), "forms" (field -> how a value without one form in JSON is sent)."""
    with open(os.path.join(folder, "protobuf.json"), encoding="utf-8") as f:
        return json.load(f)


def load_descriptions(folder):
    """{type name, or "*": {field, or "" for the type itself: text}}"""
    with open(os.path.join(folder, "descriptions.json"), encoding="utf-8") as f:
        return json.load(f)


def split(text):
    """("list" | "map" | "scalar" | "named", inner) of a type's text."""
    if text.startswith("[]"):
        return "list", text[2:]
    if text.startswith("map[string]"):
        return "map", text[len("map[string]"):]
    return ("scalar", SCALARS[text]) if text in SCALARS else ("named", text)


def is_struct(types, name):
    return "fields" in types.get(name, {})


def scalar_of(types, name):
    """The scalar kind of a named type that is no struct."""
    return ALIASES.get(name, "any")


def snake(name):
    """podIP -> pod_ip, clusterIPs -> cluster_ips."""
    words = re.findall(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+", name.replace("$", ""))
    text = "_".join(w.lower() for w in words)
    return text + "_" if text in KEYWORDS else text


def package(name):
    """("core", "v1", "Pod") of io.k8s.api.core.v1.Pod; version may be empty."""
    for prefix in sorted(PREFIXES, key=len, reverse=True):
        if name.startswith(prefix):
            parts = name[len(prefix):].split(".")
            return (parts[0], ".".join(parts[1:-1]), parts[-1])
    raise ValueError(name)
