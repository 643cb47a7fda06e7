"""Requests out of a seed. A step is a dict that JSON can carry, with its body as it goes over the wire, so that a
sequence can be cut, printed and run again."""
import base64
import json
import random

import rubbish
from comparing import LAST_WATCH

# So few that ranges sorted by something with ties stay below the length from which Go's sort is not stable.
KEYS = [b"a", b"ab", b"abc", b"b", b"b\x00", b"b\xff", b"c", b"d/1", b"d/2", b"\x00", b"\xff"]
ENDS = KEYS + [b"\x00"] * 6 + [b"b", b"c", b"d", b"d0", b"e", b"zz"]
LEASES = [1, 2, 3, 4, 5, 2**62, -7]
# etcd's gateway reads 512 bytes at first. Of more, what it has not read when its answer begins is lost to Go's server.
STREAM_BYTES = 512 - len(json.dumps(LAST_WATCH))
MEMBER, LEARNER = "@member@", "@learner@"


class View:
    """What the generator knows of the store, from the oracle's answers."""
    def __init__(self):
        self.revision, self.compacted = 1, 0
        self.alarms = []  # What stands, as (member, alarm): while it does, little else can be seen.


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.view = View()
        self.streams = 0
        self.kinds = [(24, self.put), (20, self.range), (8, self.delete), (18, self.txn), (3, self.compaction),
                      (9, self.lease), (6, self.watch), (3, self.maintenance), (2, self.cluster), (7, self.spoilt),
                      (2, self.astray), (0.3, self.huge)]

    def next(self):
        if self.view.alarms and self.chance(0.2):
            member, alarm = self.view.alarms[0]
            return self.call("/v3/maintenance/alarm", {"action": "DEACTIVATE", "memberID": member, "alarm": alarm})
        make = self.random.choices([k for _, k in self.kinds], [w for w, _ in self.kinds])[0]
        return make()

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *choices):
        return self.random.choice(choices)

    # --- parts of requests

    def key(self):
        return self.random.choice(KEYS) if self.chance(0.97) else b""

    def value(self):
        size = self.pick(0, 1, 1, 3, 3, 20, 300)
        return bytes(self.random.choice(b"xyz\x00\xff") for _ in range(size)) if size < 300 else b"v" * size

    def revision(self):
        now, gone = self.view.revision, self.view.compacted
        if self.chance(0.5):
            return self.random.randint(gone, now) if now > gone else now
        return self.pick(0, 1, now, now - 1, now - 2, gone, gone - 1, gone + 1, now + 1, now + 100, -1, -(2**63), 2**63 - 1)

    def lease_id(self):
        return self.random.choice(LEASES) if self.chance(0.95) else self.pick(0, 99)

    def span(self, fields, single=0.5):
        """A key and perhaps a range_end."""
        fields["key"] = self.key()
        if not self.chance(single):
            fields["range_end"] = self.random.choice(ENDS)
        return fields

    def flags(self, fields, **shares):
        for name, share in shares.items():
            if self.chance(share):
                fields[name] = True if self.chance(0.95) else False
        return fields

    def range_fields(self, revision_share=0.3):
        fields = self.span({}, single=0.3)
        self.flags(fields, serializable=0.3, keys_only=0.15, count_only=0.1)
        if self.chance(0.3):
            fields["limit"] = self.pick(0, 1, 1, 2, 3, 5, 100, -1)
        if self.chance(revision_share):
            fields["revision"] = self.revision()
        if self.chance(0.4):
            fields["sort_order"] = self.pick("NONE", "ASCEND", "DESCEND", "DESCEND")
        if self.chance(0.35):
            fields["sort_target"] = self.pick("KEY", "VERSION", "CREATE", "MOD", "VALUE")
        if self.chance(0.2):
            for name in ("min_mod_revision", "max_mod_revision", "min_create_revision", "max_create_revision"):
                if self.chance(0.4):
                    fields[name] = self.revision()
        return fields

    def put_fields(self):
        fields = {"key": self.key()}
        if self.chance(0.85):
            fields["value"] = self.value()
        if self.chance(0.2):
            fields["lease"] = self.lease_id()
        return self.flags(fields, prev_kv=0.3, ignore_value=0.08, ignore_lease=0.08)

    def delete_fields(self):
        return self.flags(self.span({}, single=0.65), prev_kv=0.4)

    def compare(self):
        targets = {"VERSION": ("version", lambda: self.pick(0, 1, 2, 3, 10)),
                   "CREATE": ("create_revision", self.revision), "MOD": ("mod_revision", self.revision),
                   "VALUE": ("value", self.value), "LEASE": ("lease", self.lease_id)}
        target = self.random.choice(list(targets))
        name, operand = targets[target]
        fields = {"key": self.key(), "target": target, "result": self.pick("EQUAL", "GREATER", "LESS", "NOT_EQUAL")}
        if self.chance(0.93):
            fields[name] = operand()
        elif self.chance(0.5):  # An operand of another target.
            other, operand = targets[self.random.choice(list(targets))]
            fields[other] = operand()
        if self.chance(0.25):
            fields["range_end"] = self.random.choice(ENDS)
        for name in ("target", "result"):
            if self.chance(0.05):
                del fields[name]
        return fields

    def operation(self, depth):
        kind = self.random.choices(["range", "put", "delete", "txn", "none"], [4, 6, 2, 2 if depth < 4 else 0, 0.15])[0]
        if kind == "range":
            return {"request_range": self.range_fields(revision_share=0.1)}
        if kind == "put":
            return {"request_put": self.put_fields()}
        if kind == "delete":
            fields = self.delete_fields()
            if fields.get("range_end") == b"\x00" and self.chance(0.9):  # See differences.delete_to_the_end.
                del fields["range_end"]
            return {"request_delete_range": fields}
        if kind == "txn":
            return {"request_txn": self.txn_fields(depth + 1)}
        return {}

    def txn_fields(self, depth=0):
        def some(make, sizes):
            return [make() for _ in range(self.random.choice(sizes))]
        fields = {}
        for name, make in (("compare", self.compare), ("success", lambda: self.operation(depth)),
                           ("failure", lambda: self.operation(depth))):
            items = some(make, (0, 1, 1, 2, 3) if self.chance(0.9) else (0, 5))
            if items or self.chance(0.1):
                fields[name] = items
        if self.chance(0.02) and depth == 0:
            fields = self.nested(fields)
        if self.chance(0.01):
            fields["success"] = [self.operation(9) for _ in range(self.pick(127, 128, 129))]
        return fields

    def nested(self, fields):
        """As deep as it goes, and a little deeper."""
        for _ in range(self.pick(10, 60, 120, 127, 128, 140)):
            fields = {self.pick("success", "failure"): [{"request_txn": fields}]}
        return fields

    # --- whole requests

    def call(self, path, fields, method="POST", headers=None):
        step = {"op": "call", "method": method, "path": path, "body": self.written(fields)}
        if headers:
            step["headers"] = headers
        return step

    def put(self):
        return self.call("/v3/kv/put", self.put_fields())

    def range(self):
        return self.call("/v3/kv/range", self.range_fields())

    def delete(self):
        return self.call("/v3/kv/deleterange", self.delete_fields())

    def txn(self):
        return self.call("/v3/kv/txn", self.txn_fields())

    def compaction(self):
        return self.call("/v3/kv/compaction", self.flags({"revision": self.revision()}, physical=0.5))

    def lease(self):
        kind = self.random.choices(["grant", "revoke", "ttl", "list", "alive"], [4, 2, 3, 1.5, 1.5])[0]
        if kind == "grant":
            # Not so short that it ends while the test runs: who ends it when is not what is compared.
            ttl = self.pick(500, 1000, 9000000000, 9000000001, 2**63 - 1)
            fields = {"TTL": ttl, "ID": self.lease_id()}
            return self.call("/v3/lease/grant", fields)
        fields = {"ID": self.lease_id()}
        if kind == "revoke":
            return self.call(self.pick("/v3/lease/revoke", "/v3/kv/lease/revoke"), fields)
        if kind == "ttl":
            return self.call(self.pick("/v3/lease/timetolive", "/v3/kv/lease/timetolive"), self.flags(fields, keys=0.7))
        if kind == "list":
            return self.call(self.pick("/v3/lease/leases", "/v3/kv/lease/leases"), {})
        return self.call("/v3/lease/keepalive", fields)

    def watch(self):
        requests, ids = [], []
        for _ in range(self.pick(1, 1, 2, 3, 4)):
            fields = self.flags(self.span({}, single=0.3), progress_notify=0.1, prev_kv=0.4, fragment=0.2)
            if self.chance(0.5):
                fields["start_revision"] = self.revision()
                if fields["start_revision"] == -1 and not self.view.compacted:
                    fields["start_revision"] = -2  # etcd takes -1 for a revision then, and tells some events or none.
            if self.chance(0.25):
                fields["filters"] = [self.pick("NOPUT", "NODELETE") for _ in range(self.pick(0, 1, 1, 2))]
            if self.chance(0.3):
                fields["watch_id"] = self.pick(0, 1, 2, 3, 7, -1, -5)
                ids.append(fields["watch_id"])
            requests.append({"create_request": fields})
            if self.chance(0.15):
                requests.append({"cancel_request": {"watch_id": self.pick(0, 1, 9, *ids)}})
            if self.chance(0.15):
                requests.append({"progress_request": {}})
        self.streams += 1
        separator, body = self.pick("", "", "\n", " "), ""
        for request in requests:
            longer = body + separator + self.written(request)
            if body and len(longer) > STREAM_BYTES:
                break
            body = longer
        return {"op": "watch", "name": f"w{self.streams}", "path": "/v3/watch", "body": body}

    def maintenance(self):
        kind = self.random.choices(["status", "alarm", "hash", "defragment", "leader", "get"],
                                   [2, 3, 1, 0.5, 1, 2])[0]
        if kind == "alarm":
            fields = {}
            if self.chance(0.9):
                fields["action"] = self.random.choices(["GET", "ACTIVATE", "DEACTIVATE"], [4, 2, 1])[0]
            if self.chance(0.7):
                fields["memberID"] = self.pick(MEMBER, 0, 77)
            # etcd 3.4 keeps an alarm NONE that is activated, and dies of one without a member.
            if fields.get("action") == "ACTIVATE" or self.chance(0.5):
                fields["alarm"] = "NOSPACE"
            elif self.chance(0.8):
                fields["alarm"] = "NONE"
            return self.call("/v3/maintenance/alarm", fields)
        if kind == "leader":
            return self.call("/v3/maintenance/transfer-leadership", {"targetID": self.pick(0, 77)})
        if kind == "get":
            return {"op": "call", "method": "GET", "path": self.pick("/version", "/health"), "body": ""}
        return self.call("/v3/maintenance/" + kind, {})

    def alarms(self):
        return self.call("/v3/maintenance/alarm", {"memberID": self.pick(MEMBER, 0, 77), "alarm": self.pick("NONE", "NOSPACE")})

    def cluster(self):
        kind = self.pick("list", "list", "add", "remove", "update", "promote")
        member = self.pick(LEARNER, LEARNER, 77, 0)
        urls = self.pick(["http://127.0.0.1:1"], ["http://127.0.0.1:1"], [], ["nonsense"], ["http://127.0.0.1"],
                         ["ftp://127.0.0.1:1"], ["@peer@"], ["http://127.0.0.1:1/path"],
                         ["http://127.0.0.1:2", "http://127.0.0.1:1"])
        if kind == "list":
            return self.call("/v3/cluster/member/list", self.flags({}, linearizable=0.3))
        if kind == "add":  # As a learner: a second voter that nobody starts would end the quorum.
            return self.call("/v3/cluster/member/add", {"peerURLs": urls, "isLearner": True})
        if kind == "update":
            if urls[0:1] not in (["http://127.0.0.1:1"], ["@peer@"]):  # etcd takes the others, and dies of them.
                urls = ["http://127.0.0.1:3"]
            return self.call("/v3/cluster/member/update", {"ID": member, "peerURLs": urls})
        return self.call("/v3/cluster/member/" + kind, {"ID": member})

    def huge(self):
        size = self.pick(1_300_000, 1_600_000, 4_000_000)
        return self.call("/v3/kv/put", {"key": self.key(), "value": b"h" * size})

    # --- rubbish

    def spoilt(self):
        step = self.pick(self.put, self.range, self.delete, self.txn, self.txn, self.compaction, self.lease, self.watch,
                         self.alarms)()
        if step["body"]:
            step["body"] = rubbish.spoil(step["body"], self.random)
            step["spoilt"] = True
        return step

    def astray(self):
        path = self.pick("/v3/kv/nonsense", "/v3/", "/v3", "/", "/v3/kv", "/v3/kv/range/", "/v3/kv/put/x", "/v4/kv/put",
                         "/v3/lease/nonsense", "/v3/kv/range?limit=1", "//v3/kv/range", "/v3/KV/range", "/v3/kv/range",
                         "/v3/kv/put", "/v3/watch", "/v3/lease/grant", "/v3/cluster/member/list", "/health", "/version")
        method = self.pick("GET", "PUT", "DELETE", "HEAD", "PATCH", "POST")
        if path in ("/v3/watch", "/v3/kv/put") and method == "POST":
            method = "GET"
        return {"op": "call", "method": method, "path": path, "body": "{}" if method in ("POST", "PUT", "PATCH") else ""}

    # --- JSON, in all the spellings that mean the same

    def written(self, fields):
        return json.dumps(self.spelled(fields), ensure_ascii=self.chance(0.8), separators=self.pick((",", ":"), (", ", ": ")))

    def spelled(self, value):
        if isinstance(value, dict):
            return {self.name(k): self.spelled_field(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.spelled(v) for v in value]
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value) if abs(value) > 2**53 or self.chance(0.6) else value
        return value

    def spelled_field(self, name, value):
        numbers = {"NONE": 0, "ASCEND": 1, "DESCEND": 2, "KEY": 0, "VERSION": 1, "CREATE": 2, "MOD": 3, "VALUE": 4}
        if name in ("sort_order", "sort_target") and self.chance(0.2):
            return numbers[value]
        return self.spelled(value)

    def name(self, name):
        """snake_case, or now and then camelCase."""
        if "_" in name and self.chance(0.1):
            first, *others = name.split("_")
            return first + "".join(o[0].upper() + o[1:] for o in others)
        return name
