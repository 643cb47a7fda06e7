"""Runs steps on both servers and finds the first difference."""
import json
import time

import differences
from differences import Compared, Diverged
from servers import Broken, Stream

# The last watch of each stream: when it is created, all requests before it have been taken. Nobody writes its key.
LAST_WATCH = {"create_request": {"key": "/2xhc3Q=", "watch_id": "999999"}}
SETTLE_SECONDS = 10


class Difference(Exception):
    def __init__(self, step, etcd, ours):
        super().__init__(f"{step}\n  etcd:       {cut(str(etcd))}\n  raft-store: {cut(str(ours))}")
        self.step, self.etcd, self.ours = step, etcd, ours


class Comparison:
    """Both servers, fresh, and the steps that were run on them."""

    def __init__(self, etcd, ours, view=None):
        self.etcd, self.ours, self.view = etcd, ours, view
        self.steps, self.replays_until, self.compactions = [], 0, []

    def __enter__(self):
        try:
            self.etcd.start()
            self.ours.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.etcd.stop()
        self.ours.stop()

    def run(self, step):
        """Raises Difference."""
        self.steps.append(step)
        {"call": self.call, "watch": self.watch, "settle": self.settle}[step["op"]](step)

    def begin_anew(self):
        """Both servers empty again."""
        self.__exit__()
        self.__enter__()
        self.compactions = []
        if self.view:
            self.view.__init__()

    # --- calls

    def call(self, step):
        if "compact" in step["path"]:
            time.sleep(max(0, self.replays_until - time.monotonic()))
        answers = []
        for server in (self.etcd, self.ours):
            try:
                answers.append(server.request(step["method"], step["path"], body_for(server, step), step.get("headers")))
            except Broken:
                if not differences.etcd_breaks_off(step, server):
                    raise
                self.ours.request(step["method"], step["path"], body_for(self.ours, step), step.get("headers"))
                return self.begin_anew()
        self.learn(step, *answers)
        etcd, ours = (Compared(a, s.names) for a, s in zip(answers, (self.etcd, self.ours)))
        try:
            for name, _, change in differences.RULES:
                if change(step, etcd, ours):
                    differences.USED[name] += 1
        except Diverged:
            differences.USED[name] += 1
            return self.begin_anew()
        if etcd.key() != ours.key():
            raise Difference(printable(step), etcd.key(), ours.key())

    def learn(self, step, etcd, ours):
        """Names what the servers chose, and shows the generator where the store is."""
        bodies = [Compared(a, {}).fields() for a in (etcd, ours)]
        for server, body in zip((self.etcd, self.ours), bodies):
            if step["path"] == "/v3/cluster/member/add" and "member" in body:
                server.names["@learner@"] = body["member"]["ID"]
            # A lease with an id that the server chose, or so short that it would end during the test, goes at once.
            if step["path"] == "/v3/lease/grant" and "ID" in body and (
                    int(body["TTL"]) < 100 or bodies[0]["ID"] != bodies[1].get("ID")):
                server.request("POST", "/v3/lease/revoke", json.dumps({"ID": body["ID"]}))
        if etcd.status == 200 and step["path"] == "/v3/kv/compaction" and isinstance(bodies[0], dict):
            try:
                self.compactions.append(int(differences.asked(step).get("revision") or 0))
            except (ValueError, TypeError):
                pass  # Then it was refused by one of them.
        if not self.view:
            return
        self.view.revision = max(self.view.revision, int(bodies[0].get("header", {}).get("revision", 0)))
        self.view.compacted = max(self.compactions, default=0)
        if step["path"] == "/v3/maintenance/alarm" and etcd.status == 200:
            self.note_alarms(step, bodies[0].get("alarms", []))

    def note_alarms(self, step, alarms):
        real = self.etcd.names["@member@"]
        told = [(("@member@" if a.get("memberID") == real else a.get("memberID", 0)), a.get("alarm", "NONE")) for a in alarms]
        if "DEACTIVATE" in step["body"]:
            self.view.alarms = [a for a in self.view.alarms if a not in told]
            if not told:
                self.view.alarms = self.view.alarms[1:] + self.view.alarms[:1]
        else:
            self.view.alarms += [a for a in told if a not in self.view.alarms]

    # --- streams

    def watch(self, step):
        streams = []
        for server in (self.etcd, self.ours):
            body = body_for(server, step) + json.dumps(LAST_WATCH).encode()
            stream = server.streams[step["name"]] = Stream(server.port, step["path"], body)
            streams.append(stream)
        for stream in streams:
            stream.wait(has_last, 0.3 if step.get("spoilt") else 5)
        if "start" in step["body"]:  # etcd reads the past every 100 ms; a compaction before that would be a race.
            self.replays_until = time.monotonic() + 0.25

    def settle(self, step):
        """Waits until every stream has told the same on both servers."""
        try:
            deadline = time.monotonic() + SETTLE_SECONDS
            for name in list(self.etcd.streams):
                self.settle_one(name, deadline)
        finally:
            for server in (self.etcd, self.ours):
                for stream in server.streams.values():
                    stream.close()
                server.streams = {}

    def settle_one(self, name, deadline):
        step = next(s for s in self.steps if s.get("name") == name)
        streams = self.etcd.streams[name], self.ours.streams[name]
        quiet_since, seen = time.monotonic(), None
        while True:
            told = [told_by(stream, self.compactions) for stream in streams]
            differences.forgive_streams(step, *told)
            now = time.monotonic()
            if told != seen:
                quiet_since, seen = now, told
            if told[0] == told[1] and now - quiet_since > 0.02:
                return
            if now > deadline or (now - quiet_since > 1.5):
                apart = [k for k in sorted({*told[0], *told[1]}) if told[0].get(k) != told[1].get(k)]
                raise Difference(printable(step), *(json.dumps({k: t.get(k) for k in apart}) for t in told))
            time.sleep(0.01)


def body_for(server, step):
    body = step["body"]
    for placeholder in ("@member@", "@learner@", "@peer@"):
        body = body.replace(placeholder, server.names.get(placeholder, "12345"))
    return body.encode("utf-8", "surrogatepass")


def has_last(messages):
    return any(m.get("result", {}).get("watch_id") == "999999" or "error" in m for m in messages)


def printable(step):
    return cut(json.dumps(step))


def cut(text):
    return text if len(text) < 4000 else text[:3000] + " ... " + text[-900:]


def told_by(stream, compactions):
    """What a stream said, watch by watch: control messages in order, events in order, however they were cut into
    messages. Raises if a message breaks what etcd promises of it (whole revisions)."""
    told, errors = {"marks": 0}, []
    with stream.changed:
        messages = list(stream.messages)
    for message in messages:
        result = message.get("result")
        if result is None:
            errors.append(message.get("error", message))
            continue
        header = result.get("header", {})
        if result.get("watch_id") == "-1" and not {"created", "canceled", "events"} & set(result):
            told["marks"] += 1
            continue
        watch = told.setdefault(result.get("watch_id", "0"), {"control": [], "events": []})
        if result.get("events"):
            watch["events"] += [event_of(e, max(compactions, default=0)) for e in result["events"]
                                if not differences.forgotten(e, compactions)]
        else:
            control = {k: v for k, v in result.items() if k not in ("header", "watch_id", "fragment")}
            control["revision"] = header.get("revision", "0")
            watch["control"].append(control)
    return {**told, "status": stream.status, "errors": len(errors)}


def event_of(event, compacted):
    kv, previous = event["kv"], event.get("prev_kv")
    # etcd looks it up when it sends the event: whether a compaction comes before is a race.
    if int(kv["mod_revision"]) <= compacted + 1:
        previous = "*"
    return {"type": event.get("type", "PUT"), "kv": kv, "prev_kv": previous}
