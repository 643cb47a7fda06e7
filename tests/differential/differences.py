"""What may differ between etcd's answers and ours, each with its reason. Everything else must be equal.

An answer is compared as {"status", "type", "body"}; a body that is JSON is parsed. A rule changes both servers' answers
to a step alike, or takes back what is known of one of them; what it does is counted, so that a rule that no longer
applies is seen."""
import collections
import json
import re

USED = collections.Counter()
RULES = []


def rule(reason):
    """Declares a difference: `change(step, etcd, ours)` edits the two answers in place."""
    def declare(change):
        RULES.append((change.__name__, reason, change))
        return change
    return declare


class Diverged(Exception):
    """A known difference after which the two servers no longer hold the same: what follows needs fresh ones."""


class Compared:
    """An answer in the form that is compared."""

    def __init__(self, answer, names):
        self.status, self.type = answer.status, answer.content_type
        self.body = self.parsed(answer.text)
        self.names = {real: placeholder for placeholder, real in names.items()}

    @staticmethod
    def parsed(text):
        """One JSON value, or those of a stream; else the text."""
        try:
            return json.loads(text)
        except ValueError:
            pass
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return text

    def fields(self):
        return self.body if isinstance(self.body, dict) else {}

    def key(self):
        return (self.status, self.type, json.dumps(self.body, sort_keys=True))


def walk(value, visit):
    """Calls `visit(object)` for each JSON object in `value`."""
    if isinstance(value, dict):
        visit(value)
        for inner in value.values():
            walk(inner, visit)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, visit)


def asked(step):
    """The fields of a request, which may be spoilt."""
    try:
        fields, _ = json.JSONDecoder().raw_decode(step["body"].strip())
        return fields if isinstance(fields, dict) else {}
    except ValueError:
        return {}


def both(change):
    def changed(step, etcd, ours):
        before = etcd.key(), ours.key()
        for answer in (etcd, ours):
            change(step, answer)
        return before != (etcd.key(), ours.key())
    changed.__name__ = change.__name__
    return changed


# --- what each server names or measures for itself

@rule("ids of the cluster and its members, and the raft term, are each server's own; they must be there")
@both
def identities(_, answer):
    def visit(value):
        header = value.get("header")
        if isinstance(header, dict):
            for name in ("cluster_id", "member_id", "raft_term"):
                if header.get(name, "0") != "0":
                    header[name] = "*"
        for name in ("ID", "memberID", "leader"):
            if value.get(name) in answer.names:
                value[name] = answer.names[value[name]]
    walk(answer.body, visit)
    text = json.dumps(answer.body)
    for real, placeholder in answer.names.items():
        text = re.sub(rf"\b{real}\b", placeholder, text)
    answer.body = json.loads(text)


@rule("the time that a lease has left runs while the two are asked")
@both
def time_left(step, answer):
    body = answer.fields()
    if "grantedTTL" in body and 0 <= int(body["grantedTTL"]) - int(body.get("TTL", 0)) <= 60:
        body["TTL"] = "*"


@rule("sizes, indexes and versions of a status, and what is alive of it, are each server's own; they must be there")
@both
def measures(step, answer):
    body = answer.fields()
    if step["path"] == "/v3/maintenance/status":
        for name in ("version", "dbSize", "dbSizeInUse", "leader", "raftIndex", "raftTerm", "raftAppliedIndex"):
            if name in body:
                body[name] = "*"
    if step["path"] == "/v3/maintenance/hash":
        body.pop("hash", None)
    if step["path"].startswith("/v3/cluster/member/"):
        for member in body.get("members", []):
            if member.get("ID") == "@member@":  # The ports differ.
                member["peerURLs"] = member["clientURLs"] = "*"


@rule("members come by id in etcd, by age in ours; leases by their end in etcd, by id in ours: both are compared in one order")
@both
def orders(step, answer):
    body = answer.fields()
    for name in ("members", "leases"):
        if isinstance(body.get(name), list):
            body[name].sort(key=json.dumps)


@rule("/version and /health say who answers: 3.4 sends health as text, 3.5 (our model) as JSON and with a reason")
@both
def who_answers(step, answer):
    if step["path"] in ("/version", "/health") and answer.fields():
        answer.body, answer.type = {name: "*" for name in answer.fields() if name in ("etcdserver", "etcdcluster", "health")}, "*"


# --- etcd 3.4, where our model 3.5 differs

@rule("FAILED_PRECONDITION is HTTP 412 in 3.4's gateway, 400 in 3.5's")
def precondition(_, etcd, ours):
    if etcd.status != 412 or ours.status != 400 or etcd.fields().get("code") != 9:
        return False
    etcd.status = 400
    return True


@rule("3.4 leaves the header out of an alarm's answer")
def alarm_header(step, etcd, ours):
    if step["path"] != "/v3/maintenance/alarm" or etcd.status != 200 or "header" in etcd.fields():
        return False
    return ours.fields().pop("header", None) is not None


def etcd_breaks_off(step, server):
    """A null in an array: etcd's handler panics, and closes the connection without an answer. Ours must give one."""
    breaks = server.name == "etcd" and step.get("spoilt") and "null" in step["body"] and server.process.poll() is None
    USED["etcd_breaks_off"] += bool(breaks)
    return breaks


# --- streams

def forgotten(event, compactions):
    """3.4 lost the removal in the compacted revision itself, which a watch may start from (mended in 3.4.36 and 3.5.18)."""
    return event.get("type") == "DELETE" and int(event["kv"]["mod_revision"]) in compactions


def forgive_streams(step, etcd, ours):
    """As the rules, for what two streams told."""
    # A first request that is none: 500 in etcd 3.4, 400 in ours.
    if (etcd["status"], ours["status"]) == (500, 400):
        etcd["status"] = 400
    # A later request that is none ends our stream with an error; etcd stops reading requests and says nothing: not even
    # a status if nothing was asked before (a null is no error to it).
    if step.get("spoilt") and ours["errors"] and not etcd["errors"] and etcd["status"] in (200, None):
        etcd.clear()
        ours.clear()
    # How many marks a client gets that asks for some: 3.4 answers at once and always, 3.5 not while a watch is behind,
    # ours once all have caught up.
    for side in (etcd, ours):
        if "marks" in side:
            side["marks"] = bool(side["marks"])
    # Ours gives none below the start of a watch, so none yet if that is still to come; etcd tells its revision.
    if etcd.get("marks") and not ours.get("marks") and starts_ahead(step, ours):
        USED["starts_ahead"] += 1
        ours["marks"] = True
    # A watch that the client cancels: what is sent before that, events or the news of a compaction, is a matter of time.
    for watch in set(etcd) & set(ours):
        sides = [side[watch] for side in (etcd, ours) if isinstance(side[watch], dict)]
        if any(on_request(control) for side in sides for control in side["control"]):
            for side in sides:
                side["control"], side["events"] = [c for c in side["control"] if c.get("created")], "*"


def starts_ahead(step, told):
    """Whether a watch of the step starts after what the store holds when it is created, and the next one."""
    reached = max((int(c["revision"]) for watch in told.values() if isinstance(watch, dict) for c in watch["control"]
                   if c.get("created")), default=0)
    return any(int(start) > reached + 1 for start in re.findall(r'"start_?[rR]evision": ?"?(-?\d+)', step["body"]))


def on_request(control):
    return control.get("canceled") and not control.get("created") and not control.get("compact_revision")


@rule("the id of a lease that the server chooses")
def chosen_lease(step, etcd, ours):
    if step["path"] != "/v3/lease/grant" or not (etcd.status == ours.status == 200) or etcd.body["ID"] == ours.body["ID"]:
        return False
    if int(asked(step).get("ID") or 0) != 0:
        return False
    etcd.body["ID"] = ours.body["ID"] = "*"
    return True


# --- where we do not follow

@rule("/version and /health answer HEAD too (load balancers ask so), and Go's server sends who asks for //v3/x or /v3 "
      "to /v3/x and /v3/")
def astray(step, etcd, ours):
    head = step["method"] == "HEAD" and (etcd.status, ours.status) == (405, 200)
    unclean = (etcd.status, ours.status) == (301, 404) and (step["path"].startswith("//") or step["path"] == "/v3")
    if head or unclean:
        ours.status, ours.type, ours.body = etcd.status, etcd.type, etcd.body
    return head or unclean


@rule("defragment and transfer-leadership have a header in our answer, none in etcd's")
def more_headers(step, etcd, ours):
    if step["path"] not in ("/v3/maintenance/defragment", "/v3/maintenance/transfer-leadership"):
        return False
    return etcd.body == {} and ours.fields().pop("header", None) is not None


@rule("when there is no space (NOSPACE), etcd does not see the puts of nested transactions; ours refuses these too")
def no_space_nested(step, etcd, ours):
    if ours.fields().get("message") != "etcdserver: mvcc: database space exceeded" or "kv/txn" not in step["path"]:
        return False
    if etcd.status == ours.status or step["body"].count("Put") + step["body"].count("_put") == 0:
        return False
    raise Diverged


@rule("an update of a learner's URLs makes it a voter in etcd's list; a URL that was added twice within a second is the same "
      "member for etcd")
def members_in_etcd(step, etcd, ours):
    if etcd.fields().get("message") == "etcdserver: member ID already exist" and ours.status == 400:
        etcd.body = ours.body = "*"
        return True
    if step["path"] != "/v3/cluster/member/update" or not (etcd.status == ours.status == 200):
        return False
    if any(m.get("isLearner") for m in ours.body["members"]) and not any(m.get("isLearner") for m in etcd.body["members"]):
        raise Diverged
    return False


@rule("a delete up to \"\\0\" (to the end of all keys) is not seen to meet a put in the same transaction by etcd, which then "
      "changes a key twice in one revision; ours refuses the transaction")
def delete_to_the_end(step, etcd, ours):
    if ours.fields().get("message") != "etcdserver: duplicate key given in txn request" or "AA==" not in step["body"]:
        return False
    if etcd.status != 200 and etcd.key() == ours.key():
        return False
    raise Diverged


@rule("bytes as an array of numbers is what Go's decoder makes of them; ours want base64")
def bytes_as_numbers(step, etcd, ours):
    if "[" not in step["body"] or not ours.fields().get("message", "").endswith("must be a string"):
        return False
    if etcd.status == 200:
        raise Diverged
    ours.status, ours.body = etcd.status, etcd.body
    return True

@rule("a compaction to revision 0 does nothing: the first one is accepted by etcd, ours says at once that it is compacted")
def compaction_to_nothing(step, etcd, ours):
    message = "etcdserver: mvcc: required revision has been compacted"
    if "compaction" not in step["path"] or etcd.status != 200 or ours.fields().get("message") != message:
        return False
    if int(asked(step).get("revision") or 0) != 0:
        return False
    raise Diverged


@rule("more than --max-request-bytes and 512 KiB: etcd answers with gRPC's words, ours with those for what is less too large")
def far_too_large(step, etcd, ours):
    if len(step["body"]) < 2**21 or not etcd.fields().get("message", "").startswith("grpc: received message larger than max"):
        return False
    if ours.fields().get("message") != "etcdserver: request is too large":
        return False
    ours.status, ours.body = etcd.status, etcd.body
    return True


# --- etcd's words that are not etcd's

@rule("transactions nested beyond the limit of 128 are too deep for our decoder already")
def too_deep(step, etcd, ours):
    if ours.fields().get("message") != "malformed JSON: too deep" or etcd.status != 400:
        return False
    if etcd.fields().get("message") != "etcdserver: too many operations in txn request":
        return False
    ours.body = etcd.body
    return True


@rule("a body that is no request: the words are those of Go's JSON decoder, and ours name the field; status and code are "
      "compared")
def decoders_words(step, etcd, ours):
    sides = [a.fields() for a in (etcd, ours)]
    if not all("error" in s and "message" in s for s in sides):
        return False
    if any(s["error"].startswith("etcdserver: ") or s["error"].startswith("mvcc: ") for s in sides):
        return False
    for side in sides:
        side["error"] = side["message"] = "*"
    if step["path"] == "/v3/lease/keepalive" and (etcd.status, ours.status) == (500, 400):  # A stream, in 3.4.
        etcd.status, etcd.body["code"] = 400, 3
    return True
