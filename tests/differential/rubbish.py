"""What no client should send: valid bodies, spoilt."""
import json
import re

LEAVES = [None, True, False, 0, 1, -1, 1.0, 1.5, 1e3, 1e400, 2**31, 2**63, 2**64, -(2**63) - 1, "", "x", "1", " 1", "1 ",
          "+1", "-0", "01", "0x10", "1.0", "1e2", "true", "YQ==", "YQ", "YQ=", "Y Q==", "YQ==\n", "-_8=", "+/8=", "=",
          "NONE", "none", "ASCEND", "\u00e9", "\ud83d\ude00", [], [1], [None], {}, {"x": 1}, [[]], [{}]]


# Numbers that are no value of an enum: etcd takes them as they are (and 3.4 and 3.5 crash on a sort_target), we refuse.
ENUMS = re.compile(r'"(sort_?target|sort_?order|target|result|action|alarm|filters)"\s*:\s*[\["\s]*-?(\d+)', re.IGNORECASE)


def spoil(text, random):
    """`text` with one or two changes to its JSON or its letters."""
    while True:
        spoilt = spoil_once(text, random)
        if all(int(number) < 2 and "-" + number not in spoilt for _, number in ENUMS.findall(spoilt)):
            return spoilt


def spoil_once(text, random):
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    for _ in range(random.choice((1, 1, 2))):
        if document is not None and random.random() < 0.7:
            document = change_structure(document, random)
            text = json.dumps(document)
        else:
            text = change_letters(text, random)
            document = None
    return text


def places(document, found):
    """(container, key) of everything inside."""
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in list(items):
        found.append((document, key))
        places(value, found)
    return found


def change_structure(document, random):
    found = places(document, [])
    if not found or random.random() < 0.05:
        return random.choice(LEAVES)
    container, key = random.choice(found)
    kind = random.randrange(6)
    if kind == 0:
        del container[key]
    elif kind == 1:
        container[key] = [container[key]]
    elif kind == 2 and isinstance(container, dict):
        value = container.pop(key)
        container[random.choice((key.upper(), key + "x", key[:-1], "", key.capitalize(), "nonsense"))] = value
    elif kind == 3 and isinstance(container, dict):
        container[random.choice(("nonsense", "header", "key", "value", "ID", "request_put"))] = random.choice(LEAVES)
    else:
        container[key] = random.choice(LEAVES)
    return document


def change_letters(text, random):
    at = random.randrange(len(text) + 1) if text else 0
    kind = random.randrange(9)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + text[at + 1:]
    if kind == 2:
        return text[:at] + random.choice("{}[]\",:\\x0 \n\0\u00e9") + text[at:]
    if kind == 3:
        return text + random.choice((" ", "\n", "x", "}", "{}", "]", "null", "\0", ","))
    if kind == 4:
        return random.choice((" ", "\n\t", "\ufeff", "x", "[", "{", "null", "\0")) + text
    if kind == 5:
        return random.choice(("", " ", "null", "[]", "\"x\"", "1", "true", "{", "}", "{}", "{}{}", "{\"key\"}", "nul"))
    if kind == 6:
        return text.replace('"', "'", 2)
    if kind == 7:
        return text.replace("}", ",}", 1)
    return "[" * random.choice((3, 50, 200, 20000)) + text
