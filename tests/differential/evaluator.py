"""A second opinion on Sigma: rules as PyYAML reads them, events as lists of (name, text).

Written from the specification, on purpose unlike src/match: a string becomes a Python regular
expression, windash and base64offset become lists of alternatives, a condition is turned into
reverse Polish notation, and the third truth value is never computed: a rule is evaluated with every
open test set to what hurts it most, and to what helps it most. Equal answers mean full, a rule that
holds plainly but not when hurt is `unfiltered`, one that holds only when helped is `possible`.
"""
import base64
import datetime
import ipaddress
import itertools
import re

import yaml

CARRIED = {
    "process_creation": set("""
        RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company
        OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId
        IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser
        SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName
        TokenElevationType TargetUserSid TargetUserName TargetDomainName TargetLogonId
        ParentProcessName MandatoryLabel GrandParentImage""".split()),
    "file_event": set("RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime"
                      " User".split()),
}
SYSMON = "microsoft-windows-sysmon/operational"
SYSTEM_ACCOUNTS = {"S-1-5-18": "NT AUTHORITY\\SYSTEM", "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
                   "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE"}
INTEGRITY = {"S-1-16-0": "Untrusted", "S-1-16-4096": "Low", "S-1-16-8192": "Medium",
             "S-1-16-8448": "Medium Plus", "S-1-16-12288": "High", "S-1-16-16384": "System",
             "S-1-16-20480": "Protected"}


class Refused(Exception):
    """The rule must not load."""


def fold_char(char):
    if char < "\x80":
        return char.lower()
    up = char.upper()
    up = up if len(up) == 1 else char
    low = up.lower()
    low = low if len(low) == 1 else up
    return char if low < "\x80" else low


def fold(text):
    return text.lower() if text.isascii() else "".join(map(fold_char, text))


# --- events ---

class Event:
    """What rules of one kind see: texts by name, all texts, and names that say nothing."""

    def __init__(self, fields, is_4688):
        self.fields = {}
        for name, text in fields:
            self.fields.setdefault(name.replace(" ", ""), []).append(text)
        self.everything = [text for _, text in fields]
        self.folded = {name: [fold(t) for t in texts] for name, texts in self.fields.items()}
        self.everything_folded = [fold(t) for t in self.everything]
        self.is_4688 = is_4688

    def silent(self, name):
        texts = self.fields.get(name)
        if texts is None:
            return True
        return (self.is_4688 and name in ("CommandLine", "ParentImage", "ParentProcessName")
                and texts[0] in ("", "-"))


def number_of(text):
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        return int(text, 16)
    return int(text) if re.fullmatch(r"[0-9]+", text) and int(text) < 2 ** 64 else None


def both_bases(name, text):
    number = number_of(text)
    return [(name, text)] if number is None else [(name, str(number)), (name, hex(number))]


def twin_of_4688(fields):
    """notes on 4688: the names and values that Sysmon would use."""
    def first(name):
        return next((t for n, t in fields if n == name), None)

    logon = first("TargetLogonId")
    who = "Target" if logon is not None and (number_of(logon) or 0) != 0 else "Subject"
    seen = []
    for name, text in fields:
        if name == "ProcessId":
            seen += both_bases("ParentProcessId", text)
            continue
        if name == "MandatoryLabel" and text not in ("", "-"):
            if text in INTEGRITY:
                seen.append(("IntegrityLevel", INTEGRITY[text]))
            seen.append(("IntegrityLevel", text))
        seen.append((name, text))
        if name == who + "LogonId":
            seen.append(("LogonId", text))
        if name == "NewProcessName":
            seen.append(("Image", text))
        if name == "ParentProcessName":
            seen.append(("ParentImage", text))
        if name == "NewProcessId":
            seen += both_bases("ProcessId", text)
    user, domain = first(who + "UserName"), first(who + "DomainName")
    account = SYSTEM_ACCOUNTS.get(first(who + "UserSid"))
    if account is None and user not in (None, "", "-"):
        account = user if domain in (None, "", "-") else domain + "\\" + user
    if account is not None:
        seen.append(("User", account))
    return seen


class Record:
    """An event of a log, and its views."""

    def __init__(self, fields):
        first = {}
        for name, text in fields:
            first.setdefault(name, text)
        self.channel = first.get("Channel", "").lower()
        self.event_id = first.get("EventID", "")
        is_4688 = self.channel == "security" and self.event_id == "4688"
        self.plain = Event(fields, is_4688)
        self.twin = Event(twin_of_4688(fields), True) if is_4688 else None

    def view(self, category, service):
        if category == "process_creation":
            if self.twin:
                return self.twin
            return self.plain if (self.channel, self.event_id) == (SYSMON, "1") else None
        if category == "file_event":
            return self.plain if (self.channel, self.event_id) == (SYSMON, "11") else None
        if service == "security":
            return self.plain if self.channel == "security" else None
        return self.plain


# --- strings ---

def tokens_of(text):
    """A list of characters, and None for `*`, False for `?`."""
    out = []
    for escaped, wild, char in re.findall(r"(?s)\\([*?\\])|([*?])|(.)", text):
        out.append(escaped or char or (None if wild == "*" else False))
    return out


def regex_of(tokens, cased):
    parts = []
    for token in tokens:
        if token is None:
            parts.append(".*")
        elif token is False:
            parts.append(".")
        else:
            parts.append(re.escape(token if cased else fold_char(token)))
    return re.compile("".join(parts), re.DOTALL).fullmatch


def dashed(tokens):
    """Every way to write the dashes before words."""
    def word(at):
        return 0 <= at < len(tokens) and isinstance(tokens[at], str) and re.match(r"\w", tokens[at])

    ways = [["-", "/", "\u2013", "\u2014", "\u2015"]
            if t in ("-", "/") and not word(i - 1) and word(i + 1) else [t]
            for i, t in enumerate(tokens)]
    return [list(way) for way in itertools.product(*ways)]


def literal_bytes(tokens):
    if not tokens or not all(isinstance(t, str) for t in tokens):
        raise Refused("cannot be encoded")
    return "".join(tokens).encode()


def base64_offsets(data):
    out = []
    for shift in range(3):
        text = base64.b64encode(b" " * shift + data).decode()
        cut = (len(data) + shift) % 3
        text = text[(0, 2, 3)[shift]:len(text) - (0, 3, 2)[cut]]
        if text:
            out.append(list(text))
    return out


# --- one value of one item: a function of an event's texts ---

REGEX_FLAGS = {"i": re.I, "ignorecase": re.I, "m": re.M, "multiline": re.M, "s": re.S, "dotall": re.S}
COMPARE = {"lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
           "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b}
CLOCK = {"minute": lambda t: t.minute, "hour": lambda t: t.hour, "day": lambda t: t.day,
         "week": lambda t: t.isocalendar()[1], "month": lambda t: t.month, "year": lambda t: t.year}
TEXTUAL = {"contains", "startswith", "endswith", "cased", "windash", "base64", "base64offset",
           "wide", "utf16le", "utf16be", "utf16"}
ENCODED = {"wide": ("utf-16-le", b""), "utf16le": ("utf-16-le", b""), "utf16be": ("utf-16-be", b""),
           "utf16": ("utf-16-le", b"\xff\xfe")}


def float_of(text):
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        return float(int(text, 16))
    if re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return float(text)
    return None


def time_of(text):
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?Z?", text)
    try:
        return datetime.datetime(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def address_of(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Leaf:
    """One test. holds(event): the plain reading. open(event): can the record not tell?"""

    def __init__(self, field, category):
        self.field, self.category = field, category
        self.telling = True
        self.absent_is = False    # what a missing field makes it
        self.texts = None         # does one text fulfil it?
        self.folded = False
        self.other, self.relation = None, None

    def holds(self, event):
        if self.relation:
            return any(self.relation(a, b)
                       for a in self.values(event, self.field) for b in self.values(event, self.other))
        if self.field is None:
            found = event.everything_folded if self.folded else event.everything
            return any(map(self.texts, found))
        found = (event.folded if self.folded else event.fields).get(self.field)
        return self.absent_is if found is None else any(map(self.texts, found))

    def values(self, event, name):
        return (event.folded if self.folded else event.fields).get(name, [])

    def is_open(self, event):
        known = CARRIED.get(self.category, ())
        return any(name in known and event.silent(name) for name in (self.field, self.other) if name)


def string_leaf(leaf, value, chain):
    """A string through contains, windash, base64 and the like."""
    tokens = list(value) if not isinstance(value, str) else tokens_of(value)
    ways, data, cased = [tokens], None, "cased" in chain
    anchored = False
    for name in chain:
        if name in ("contains", "startswith", "endswith"):
            anchored = True
            ways = [([None] if name != "startswith" else []) + way +
                    ([None] if name != "endswith" else []) for way in ways]
        elif name == "windash":
            ways = [new for way in ways for new in dashed(way)]
        elif name in ENCODED:
            codec, mark = ENCODED[name]
            data = mark + literal_bytes(ways[0]).decode().encode(codec)
        elif name == "base64":
            ways = [list(base64.b64encode(data or literal_bytes(ways[0])).decode())]
        elif name == "base64offset":
            ways = base64_offsets(data or literal_bytes(ways[0]))
            if not ways:
                raise Refused("too short")
    if leaf.field is None and not anchored:
        ways = [[None] + way + [None] for way in ways]
    tests = [regex_of(way, cased) for way in ways]
    leaf.folded = not cased
    leaf.telling = ways != [[]]
    leaf.texts = lambda text: any(test(text) for test in tests)


def make_leaf(field, category, chain, value):
    leaf = Leaf(field, category)
    if isinstance(value, datetime.date):  # PyYAML's idea; rules mean the text
        value = value.isoformat()
    first = next((m for m in chain if m not in ("all", "neq")), None)
    if value is None:
        leaf.telling, leaf.absent_is = False, True
        leaf.texts = lambda text: text == ""
    elif first == "exists":
        leaf.telling, leaf.absent_is = False, not value
        leaf.texts = lambda text, want=value: want
    elif first == "re":
        flags = 0
        for name in chain:
            flags |= REGEX_FLAGS.get(name, 0)
        if flags & re.M:  # Perl has no line behind the last line feed, Python has an empty one
            value = re.sub(r"(?<!\[)\^", r"(?:\\A|(?<=\\n)(?!\\Z))", value)
        leaf.texts = re.compile(value, flags).search
    elif first == "cidr":
        net = ipaddress.ip_network(value)
        leaf.texts = lambda text: (address_of(text) is not None and
                                   address_of(text).version == net.version and address_of(text) in net)
    elif first in COMPARE:
        leaf.texts = lambda text: (float_of(text) is not None and
                                   COMPARE[first](float_of(text), float(value)))
    elif first in CLOCK:
        leaf.texts = lambda text: time_of(text) is not None and CLOCK[first](time_of(text)) == value
    elif "fieldref" in chain:
        leaf.other, leaf.folded = value.replace(" ", ""), "cased" not in chain
        ends = {m for m in chain if m in ("contains", "startswith", "endswith")}
        leaf.relation = {"": str.__eq__, "startswith": str.startswith, "endswith": str.endswith}.get(
            "".join(ends), lambda a, b: b in a)
    elif isinstance(value, bool):
        string_leaf(leaf, ("true" if value else "false"), chain)
    elif isinstance(value, (int, float)):
        number_leaf(leaf, value, chain, first)
    else:
        string_leaf(leaf, value, chain)
    return leaf


def number_leaf(leaf, value, chain, first):
    if isinstance(value, float) and value.is_integer() and first is None:
        value = int(value)
    string_leaf(leaf, tuple(str(value)), chain)
    if first is None and isinstance(value, int) and leaf.field is not None:
        text_is = leaf.texts
        leaf.texts = lambda text: text_is(text) or (
            text[:2] in ("0x", "0X") and number_of(text) == value)


# --- detections: trees of ("and"|"or", children), ("not", child), Leaf ---

def check_chain(chain):
    known = TEXTUAL | set(REGEX_FLAGS) | set(COMPARE) | set(CLOCK) | {
        "all", "neq", "re", "cidr", "exists", "fieldref"}
    if not set(chain) <= known:
        raise Refused("unknown modifier")
    for name in ("re", "cidr", "exists"):
        if name in chain and chain[0] != name:
            raise Refused("misplaced")
    if "base64offset" in chain and "contains" not in chain:
        raise Refused("contains must follow")


def item_tree(key, value, category):
    field, *chain = key.split("|")
    check_chain(chain)
    values = value if isinstance(value, list) else [value]
    if value == []:
        values = [None]
    leaves = [make_leaf(field or None, category, chain, v) for v in values]
    tree = ("and" if "all" in chain else "or", leaves)
    return ("not", tree) if "neq" in chain else tree


def detection_tree(definition, category):
    if isinstance(definition, dict):
        return ("and", [item_tree(k, v, category) for k, v in definition.items()])
    if isinstance(definition, list):
        return ("or", [detection_tree(d, category) for d in definition])
    return make_leaf(None, category, [], definition)


PRECEDENCE = {"or": 1, "and": 2, "not": 3}


def polish(words):
    """Shunting-yard: operands are trees or lists that stand for a quantifier."""
    out, stack = [], []
    for word in words:
        if word == "(":
            stack.append(word)
        elif word == ")":
            while stack[-1] != "(":
                out.append(stack.pop())
            stack.pop()
        elif isinstance(word, str):
            while stack and stack[-1] != "(" and word != "not" and \
                    PRECEDENCE[stack[-1]] >= PRECEDENCE[word]:
                out.append(stack.pop())
            stack.append(word)
        else:
            out.append(word)
    return out + stack[::-1]


def glob_names(pattern, names):
    if pattern == "them":
        return [n for n in names if not n.startswith("_")]
    shape = re.compile(re.escape(pattern).replace(r"\*", ".*"))
    return [n for n in names if shape.fullmatch(n) and (pattern[0] == "_" or n[0] != "_")]


def operands(text, selections):
    words = re.findall(r"[()]|[^\s()]+", text)
    out, at = [], 0
    while at < len(words):
        word = words[at]
        if at + 2 < len(words) + 0 and words[at + 1:at + 2] == ["of"] and word in ("1", "any", "all"):
            names = glob_names(words[at + 2], selections)
            if not names:
                raise Refused("no such selection")
            out.append(("and" if word == "all" else "or", [selections[n] for n in names]))
            at += 3
            continue
        if word in ("(", ")", "and", "or", "not"):
            out.append(word)
        elif word in selections:
            out.append(("and", [selections[word]]))
        else:
            raise Refused("no such selection")
        at += 1
    return out


def condition_tree(text, selections):
    stack = []
    for word in polish(operands(text, selections)):
        if word == "not":
            stack.append(("not", stack.pop()))
        elif isinstance(word, str):
            right = stack.pop()
            stack.append((word, [stack.pop(), right]))
        else:
            stack.append(word)
    (tree,) = stack
    return tree


# --- evaluation ---

def value_of(tree, event, open_is, even=True):
    """open_is: None for the plain reading, else what open tests are where nots are even."""
    if isinstance(tree, Leaf):
        if open_is is not None and tree.is_open(event):
            return open_is if even else not open_is
        return tree.holds(event)
    kind, children = tree
    if kind == "not":
        return not value_of(children, event, open_is, not even)
    if kind == "and":
        return all(value_of(child, event, open_is, even) for child in children)
    return any(value_of(child, event, open_is, even) for child in children)


def touched(tree, event, even=True):
    if isinstance(tree, Leaf):
        return (even and tree.telling and tree.field not in ("EventID", "Channel", "Provider_Name")
                and not tree.is_open(event) and bool(tree.holds(event)))
    kind, children = tree
    if kind == "not":
        return touched(children, event, not even)
    return any(touched(child, event, even) for child in children)


def any_open(leaves, event):
    return any(leaf.is_open(event) for leaf in leaves)


def leaves_of(tree):
    if isinstance(tree, Leaf):
        return [tree]
    children = [tree[1]] if tree[0] == "not" else tree[1]
    return [leaf for child in children for leaf in leaves_of(child)]


class Rule:
    """verdict(record): "f", "u", "p" or ""."""

    def __init__(self, document):
        source = document["logsource"]
        self.category, self.service = source.get("category"), source.get("service")
        detection = document["detection"]
        selections = {name: detection_tree(d, self.category) for name, d in detection.items()
                      if name not in ("condition", "timeframe")}
        conditions = detection["condition"]
        conditions = conditions if isinstance(conditions, list) else [conditions]
        self.tree = ("or", [condition_tree(c, selections) for c in conditions])
        self.may_open = [leaf for leaf in leaves_of(self.tree) if self.category in CARRIED]

    def verdict(self, record):
        event = record.view(self.category, self.service)
        if event is None:
            return ""
        plain = value_of(self.tree, event, None)
        if not any_open(self.may_open, event):
            return "f" if plain else ""
        if plain:
            return "f" if value_of(self.tree, event, False) else "u"
        helped = value_of(self.tree, event, True)
        return "p" if helped and touched(self.tree, event) else ""


def load(text):
    """Rules by document number; refused ones are left out."""
    rules = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for number, document in enumerate(yaml.load_all(text, Loader=loader)):
        try:
            rules[number] = Rule(document)
        except Refused:
            pass
    return rules
