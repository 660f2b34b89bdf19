"""Small evaluators of query languages, for meaning.py. Each knows what our exports use, no more."""
import ipaddress
import json
import re


def is_correlation(query):
    return "streamstats" in query or query.startswith("WITH m AS") or '"aggs"' in query


# --- documents ------------------------------------------------------------------------------------

def sigma_document(event):
    """Fields as rules call them: name to list of texts."""
    document = {}
    for part in (event["system"], event["data"]):
        for name, value in part.items():
            document.setdefault(name.replace(" ", ""), []).extend(value if isinstance(value, list) else [value])
    for name, key in (("Channel", "channel"), ("Provider_Name", "provider"), ("Computer", "computer"),
                      ("EventID", "event_id"), ("EventRecordID", "record_id")):
        if event[key] is not None:
            document.setdefault(name, []).append(str(event[key]))
    return document


KEYWORD_MOST = 256


def is_long(text):
    """ignore_above counts as Java does."""
    return len(text.encode("utf-16-le")) // 2 > KEYWORD_MOST


def keyword_document(event):
    """A text field, and its subfield of type keyword, which leaves out long values."""
    document = {}
    for name, values in sigma_document(event).items():
        document[name] = ["*"] * len(values)  # analysed: that it is there is all that can be told
        document[name + ".keyword"] = [v for v in values if not is_long(v)]
    return document


def keyword_document_es(event):
    """Elasticsearch also tells what it left out."""
    document = keyword_document(event)
    document["_ignored"] = [name + ".keyword" for name, values in sigma_document(event).items()
                            if any(is_long(v) for v in values)]
    return document


def splunk_document(event):
    document = sigma_document(event)
    document["EventCode"] = document.pop("EventID", [])
    document["source"] = ["XmlWinEventLog:" + c for c in document.get("Channel", [])]
    return {k: v for k, v in document.items() if v}


def logpoint_document(event):
    document = sigma_document(event)
    for ours, theirs in (("EventID", "event_id"), ("Channel", "channel"), ("Provider_Name", "event_source")):
        if ours in document:
            document[theirs] = document.pop(ours)
    return document


def anything(values, test):
    return any(test(v) for v in values)


# --- query_string, parsed by luqum ----------------------------------------------------------------

def unescape(text):
    return re.sub(r"\\(.)", r"\1", text, flags=re.S)


def wildcard(text):
    """A term with * and ? and escapes, as a test of a whole text with case."""
    out = []
    for escaped, plain in re.findall(r"\\(.)|(.)", text, flags=re.S):
        if escaped:
            out.append(re.escape(escaped))
        else:
            out.append({"*": ".*", "?": "."}.get(plain, re.escape(plain)))
    return re.compile("".join(out), re.S).fullmatch


def watch_query(watch):
    body = json.loads(watch)["input"]["search"]["request"]["body"]
    return body["query"]["bool"]["must"][0]["query_string"]["query"]


def lucene():
    """The parser for query_string over fields of type keyword."""
    from luqum import tree
    from luqum.parser import parser

    def value(node):
        """A test of one text."""
        if isinstance(node, tree.Regex):
            # Lucene's expression is Python's as far as our exports go: they spell out all sets.
            return re.compile(node.value[1:-1].replace("\\/", "/"), re.S).fullmatch
        if isinstance(node, tree.Phrase):
            want = unescape(node.value[1:-1])
            return lambda text: text == want
        if isinstance(node, tree.Word):
            return wildcard(node.value)
        if isinstance(node, (tree.OrOperation, tree.FieldGroup, tree.Group)):
            tests = [value(c) for c in node.children]
            return lambda text: any(t(text) for t in tests)
        raise ValueError("value: %r" % type(node))

    def field(node):
        name = unescape(node.name)
        if name == "_exists_":
            wanted = unescape(str(node.expr))
            return lambda d: bool(d.get(wanted))
        if name == "*" and str(node.expr) == "*":
            return lambda d: True
        test = value(node.expr)
        if "*" in name:
            suffix = name.replace("*", "")
            return lambda d: any(anything(v, test) for k, v in d.items() if k.endswith(suffix))
        return lambda d: anything(d.get(name, ()), test)

    def clause(node):
        if isinstance(node, tree.SearchField):
            return field(node)
        if isinstance(node, (tree.Group, tree.FieldGroup)):
            return clause(node.expr)
        if isinstance(node, tree.Not):
            inner = clause(node.a)
            return lambda d: not inner(d)
        if isinstance(node, (tree.AndOperation, tree.OrOperation)):
            # The classic parser reads `a OR NOT b` as `a minus b`, and mixes AND with OR.
            kinds = {type(c) for c in node.children}
            if isinstance(node, tree.OrOperation):
                assert tree.Not not in kinds and tree.AndOperation not in kinds, "OR of a bare NOT or AND"
            else:
                assert tree.OrOperation not in kinds and kinds != {tree.Not}, "AND of a bare OR or of NOT alone"
            parts = [clause(c) for c in node.children]
            if isinstance(node, tree.AndOperation):
                return lambda d: all(p(d) for p in parts)
            return lambda d: any(p(d) for p in parts)
        raise ValueError("clause: %r %s" % (type(node), str(node)[:80]))

    return lambda query: clause(parser.parse(query))


# --- a reader of tokens ---------------------------------------------------------------------------

class Tokens:
    def __init__(self, pattern, text):
        self.list = []
        at = 0
        for m in re.finditer(pattern, text, flags=re.S):
            if text[at:m.start()].strip():
                raise ValueError("cannot read %r" % text[at:m.start()][:60])
            self.list.append(m.group(0))
            at = m.end()
        if text[at:].strip():
            raise ValueError("cannot read %r" % text[at:][:60])
        self.at = 0

    def peek(self):
        return self.list[self.at] if self.at < len(self.list) else ""

    def next(self):
        self.at += 1
        return self.list[self.at - 1]

    def take(self, token):
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def need(self, token):
        if not self.take(token):
            raise ValueError("%r where %r belongs" % (self.peek(), token))


STRING = r'"(?:[^"\\]|\\.)*"'


def text_of(token):
    return unescape(token[1:-1]) if token.startswith('"') else token


def infix(tokens, words, leaf):
    """OR binds least, then AND; a parenthesis never mixes them, which is checked."""
    def unary():
        if tokens.take(words["not"]):
            inner = unary()
            return lambda d: not inner(d)
        if tokens.take("("):
            inner = joined()
            tokens.need(")")
            return inner
        return leaf(tokens)

    def joined():
        parts, kind = [unary()], None
        while tokens.peek() not in ("", ")", "|"):
            word = "or" if tokens.take(words["or"]) else "and"
            if word == "and" and words["and"]:
                tokens.need(words["and"])
            assert kind in (None, word), "AND and OR in one list"
            kind = word
            parts.append(unary())
        if kind == "or":
            return lambda d: any(p(d) for p in parts)
        return lambda d: all(p(d) for p in parts)
    return joined()


# --- Splunk ---------------------------------------------------------------------------------------

def splunk_wildcard(token):
    """The search command: * only, no case. A backslash escapes a quote or a backslash."""
    out = []
    body = token[1:-1] if token.startswith('"') else token
    for escaped, plain in re.findall(r"\\(.)|(.)", body, flags=re.S):
        out.append(".*" if plain == "*" else re.escape(escaped or plain))
    return re.compile("".join(out), re.S | re.I).fullmatch


def splunk_search(tokens):
    def leaf(t):
        if t.peek() == "*":
            t.next()
            return lambda d: True
        name = text_of(t.next())
        t.need("=")
        test = splunk_wildcard(t.next())
        return lambda d: anything(d.get(name, ()), test)
    return infix(tokens, {"not": "NOT", "or": "OR", "and": ""}, leaf)


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def splunk_where(tokens):
    """Expressions are functions of a document that give a value, or None for null; first value of a field."""
    def call(t):
        name = t.next()
        t.need("(")
        args = []
        while not t.take(")"):
            args.append(expression(t))
            t.take(",")
        return name, args

    def value(t):
        token = t.peek()
        if token.startswith('"'):
            text = text_of(t.next())
            return lambda d: text
        if re.fullmatch(r"-?[0-9.e+]+", token):
            n = float(t.next())
            return lambda d: n
        if t.at + 1 < len(t.list) and t.list[t.at + 1] == "(":
            return function(*call(t))
        name = unescape(t.next().strip("'"))
        return lambda d: d[name][0] if d.get(name) else None

    def function(name, args):
        if name == "if":
            return lambda d: args[1](d) if args[0](d) else args[2](d)
        if name == "isnotnull":
            return lambda d: args[0](d) is not None
        if name == "true":
            return lambda d: True
        return lambda d: None if args[0](d) is None or args[-1](d) is None else APPLY[name](*[a(d) for a in args])

    def match(text, pattern):
        pattern = re.sub(r"\\z|\\Z$", lambda m: "\\Z" if m.group(0) == "\\z" else m.group(0), pattern)
        return re.search(pattern, text) is not None

    APPLY = {
        "match": match,
        "lower": lambda s: s.lower(),
        "len": lambda s: float(len(s)),
        "substr": lambda s, i, n=None: s[int(i) - 1:][:None if n is None else int(n)],
        "tonumber": lambda s, base=10.0: float(int(s, int(base))) if base != 10.0 else number(s),
        "cidrmatch": lambda net, s: in_network(net, s),
    }

    def comparison(t):
        left = value(t)
        while t.peek() in ("-", "+"):
            sign, one, other = t.next(), left, value(t)
            left = (lambda a, b, s: lambda d: None if a(d) is None or b(d) is None else
                    a(d) - b(d) if s == "-" else a(d) + b(d))(one, other, sign)
        if t.peek() not in ("=", "<", "<=", ">", ">="):
            return left
        op, right = t.next(), value(t)
        while t.peek() in ("-", "+"):
            sign, one, other = t.next(), right, value(t)
            right = (lambda a, b, s: lambda d: a(d) - b(d) if s == "-" else a(d) + b(d))(one, other, sign)
        tests = {"=": lambda a, b: a == b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
                 ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
        return lambda d: None if left(d) is None or right(d) is None else tests[op](left(d), right(d))

    def expression(t):
        one = comparison(t)
        while t.take("AND"):
            a, b = one, comparison(t)
            one = (lambda a, b: lambda d: bool(a(d)) and bool(b(d)))(a, b)
        return one

    return infix(tokens, {"not": "NOT", "or": "OR", "and": "AND"}, comparison)


def in_network(net, text):
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    network = ipaddress.ip_network(net)
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.version == network.version and address in network


SPLUNK = STRING + r"|'(?:[^'\\]|\\.)*'|<=|>=|[()=<>,|+-]|[^\s()=<>,|\"]+"


def splunk(query):
    """search | where"""
    tokens = Tokens(STRING + r"|\(|\)|=|\||[^\s()=|\"]+", query.split(" | where ", 1)[0])
    fast = splunk_search(tokens)
    if " | where " not in query:
        return fast
    slow = splunk_where(Tokens(SPLUNK, query.split(" | where ", 1)[1]))
    return lambda d: fast(d) and bool(slow(d))


# --- Logpoint -------------------------------------------------------------------------------------

def logpoint_value(token):
    out = []
    for escaped, plain in re.findall(r"\\(.)|(.)", token[1:-1] if token.startswith('"') else token, flags=re.S):
        out.append(re.escape(escaped) if escaped else {"*": ".*", "?": "."}.get(plain, re.escape(plain)))
    return re.compile("".join(out), re.S | re.I).fullmatch


def logpoint(query):
    def leaf(t):
        name = text_of(t.next())
        if t.take("IN"):
            t.need("[")
            tests = [logpoint_value(t.next())]
            while t.take(","):
                tests.append(logpoint_value(t.next()))
            t.need("]")
        else:
            t.need("=")
            tests = [logpoint_value(t.next())]
        return lambda d: any(anything(d.get(name, ()), test) for test in tests)
    tokens = Tokens(STRING + r"|[()\[\],=]|-(?=[\w(\"])|[^\s()\[\],=\"]+", query)
    return infix(tokens, {"not": "-", "or": "OR", "and": ""}, leaf)


# --- ES|QL ----------------------------------------------------------------------------------------

def esql(query):
    """A test of an absent field or of one with several values is null; COALESCE makes it false."""
    source, condition = query.split(" | WHERE ", 1)
    assert source.startswith("FROM "), source

    def one(d, name):
        values = d.get(name, ())
        return values[0] if len(values) == 1 else None

    def operand(t):
        if t.take("TO_LOWER"):
            t.need("(")
            name = t.next().strip("`")
            t.need(")")
            return lambda d: None if one(d, name) is None else one(d, name).lower()
        if t.take("TO_DOUBLE"):
            t.need("(")
            name = t.next().strip("`")
            t.need(")")
            return lambda d: None if one(d, name) is None else number(one(d, name))
        name = t.next().strip("`")
        return lambda d: one(d, name)

    def test(t):
        if t.peek() == "CIDR_MATCH":
            t.next()
            t.need("(")
            wrapped = t.take("TO_IP")
            if wrapped:
                t.need("(")
            name = t.next().strip("`")
            if wrapped:
                t.need(")")
            t.need(",")
            net = text_of(t.next())
            t.need(")")
            return lambda d: one(d, name) is not None and in_network(net, one(d, name))
        if t.peek() in ("LOCATE", "STARTS_WITH", "ENDS_WITH"):
            name = t.next()
            t.need("(")
            a = operand(t)
            t.need(",")
            b = operand(t)
            t.need(")")
            if name == "LOCATE":
                t.need(">")
                t.need("0")
            how = {"LOCATE": lambda x, y: y in x, "STARTS_WITH": str.startswith, "ENDS_WITH": str.endswith}[name]
            return lambda d: a(d) is not None and b(d) is not None and how(a(d), b(d))
        a = operand(t)
        op = t.next()
        if op in ("<", "<=", ">", ">="):
            n = float(t.next())
            compare = {"<": lambda x: x < n, "<=": lambda x: x <= n, ">": lambda x: x > n, ">=": lambda x: x >= n}[op]
            return lambda d: a(d) is not None and compare(a(d))
        if op == "==" and not t.peek().startswith('"'):
            b = operand(t)
            return lambda d: a(d) is not None and a(d) == b(d)
        text = string_of(t.next())
        if op == "==":
            holds = lambda v: v == text  # noqa: E731
        elif op == "LIKE":
            holds = wildcard(text)
        elif op == "RLIKE":
            holds = re.compile(text, re.S).fullmatch
        else:
            raise ValueError("operator %r" % op)
        return lambda d: a(d) is not None and bool(holds(a(d)))

    def string_of(token):
        return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m.group(1), m.group(1)), token[1:-1],
                      flags=re.S)

    def leaf(t):
        if t.take("COALESCE"):
            t.need("(")
            inner = test(t)
            several = []
            while t.take(","):
                if t.take("false"):
                    break
                for word in ("MV_COUNT", "("):
                    t.need(word)
                several.append(t.next().strip("`"))
                for word in (")", ">", "1"):
                    t.need(word)
            t.need(")")
            return lambda d: inner(d) or any(len(d.get(name, ())) > 1 for name in several)
        name = t.next().strip("`")
        for word in ("IS", "NOT", "NULL"):
            t.need(word)
        return lambda d: bool(d.get(name))

    tokens = Tokens(STRING + r"|`[^`]*`|==|<=|>=|[()<>,]|[^\s()<>,=\"`]+", condition)
    return infix(tokens, {"not": "NOT", "or": "OR", "and": "AND"}, leaf)
