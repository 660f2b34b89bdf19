"""Checks layers of the ATT&CK Navigator against the tables of its format 4.5.

The tables are those of layers/spec/v4.5/layerformat.md: names, types, what is required, allowed
values. Hits are counted again from the timeline.
MITRE's own library (PyPI mitreattack-python) reads each layer as well, where it is installed: it must
load it strictly, say nothing, and write the same members again.
Usage: navigator.py ATTACK.TXT TIMELINE.JSONL LAYER...; prints TAP.
"""
import contextlib
import io
import json
import re
import sys

TEXT, NUMBER, BOOL = str, (int, float), bool
COLOR = re.compile(r"^(#[0-9a-fA-F]{6})?$")

DIVIDER = {"divider": (BOOL, True, None)}
METADATA = {"name": (TEXT, True, None), "value": (TEXT, True, None)}
LINK = {"label": (TEXT, True, None), "url": (TEXT, True, re.compile(r"^https?://"))}
TECHNIQUE = {
    "techniqueID": (TEXT, True, re.compile(r"^T\d{4}(\.\d{3})?$")),
    "tactic": (TEXT, False, None),
    "comment": (TEXT, False, None),
    "enabled": (BOOL, False, None),
    "score": (NUMBER, False, None),
    "color": (TEXT, False, COLOR),
    "metadata": ([METADATA, DIVIDER], False, None),
    "links": ([LINK, DIVIDER], False, None),
    "showSubtechniques": (BOOL, False, None),
}
LAYER = {
    "versions": ({"attack": (TEXT, False, re.compile(r"^\d+$")),
                  "navigator": (TEXT, True, re.compile(r"^(4\.9|[5-9])\.")),
                  "layer": (TEXT, True, re.compile(r"^4\.5$"))}, False, None),
    "name": (TEXT, True, re.compile(r".")),
    "description": (TEXT, False, None),
    "domain": (TEXT, True, re.compile(r"^(enterprise|mobile|ics)-attack$")),
    "customDataURL": (TEXT, False, None),
    "filters": ({"platforms": ([TEXT], False, None)}, False, None),
    "sorting": (NUMBER, False, None),
    "layout": ({"layout": (TEXT, False, re.compile(r"^(side|flat|mini)$")),
                "showID": (BOOL, False, None), "showName": (BOOL, False, None),
                "showAggregateScores": (BOOL, False, None), "countUnscored": (BOOL, False, None),
                "aggregateFunction": (TEXT, False, re.compile(r"^(average|min|max|sum)$")),
                "expandedSubtechniques": (TEXT, False, re.compile(r"^(none|all|annotated)$"))},
               False, None),
    "hideDisabled": (BOOL, False, None),
    "techniques": ([TECHNIQUE], False, None),
    "gradient": ({"colors": ([TEXT], True, None), "minValue": (NUMBER, True, None),
                  "maxValue": (NUMBER, True, None)}, False, None),
    "legendItems": ([{"label": (TEXT, True, None), "color": (TEXT, True, COLOR)}], False, None),
    "showTacticRowBackground": (BOOL, False, None),
    "tacticRowBackground": (TEXT, False, COLOR),
    "selectTechniquesAcrossTactics": (BOOL, False, None),
    "selectSubtechniquesWithParent": (BOOL, False, None),
    "selectVisibleTechniques": (BOOL, False, None),
    "metadata": ([METADATA, DIVIDER], False, None),
    "links": ([LINK, DIVIDER], False, None),
}


def check(value, kind, allowed, where, faults):
    """Appends what is wrong with value to faults."""
    if isinstance(kind, list):
        if not isinstance(value, list):
            faults.append(f"{where}: no array")
            return
        for i, item in enumerate(value):
            tries = []
            for one in kind:
                found = []
                check(item, one, None, f"{where}[{i}]", found)
                tries.append(found)
            faults.extend(min(tries, key=len))
    elif isinstance(kind, dict):
        if not isinstance(value, dict):
            faults.append(f"{where}: no object")
            return
        for name in value:
            if name not in kind:
                faults.append(f"{where}: unknown member {name}")
        for name, (inner, required, pattern) in kind.items():
            if name in value:
                check(value[name], inner, pattern, f"{where}.{name}", faults)
            elif required:
                faults.append(f"{where}: no member {name}")
    elif not isinstance(value, kind) or (kind is not BOOL and isinstance(value, bool)):
        faults.append(f"{where}: {value!r} has another type")
    elif allowed and not allowed.search(value):
        faults.append(f"{where}: {value!r} is not allowed")


def check_layer(layer, current):
    """The faults of a layer; current: ids of today's techniques."""
    faults = []
    check(layer, LAYER, None, "layer", faults)
    ids = [t.get("techniqueID") for t in layer.get("techniques", [])]
    if not ids:
        faults.append("no technique")
    if len(ids) != len(set(ids)):
        faults.append("a technique stands twice")
    faults.extend(f"{i} is no current technique" for i in ids if i not in current)
    gradient = layer.get("gradient", {})
    if not gradient.get("maxValue", 0) > gradient.get("minValue", 0):
        faults.append("maxValue is not above minValue")
    colors = {t["color"] for t in layer.get("techniques", []) if t.get("color")}
    legend = {item["color"] for item in layer.get("legendItems", [])}
    faults.extend(f"{c} is not in the legend" for c in colors - legend)
    return faults


def selftest():
    """A checker that accepts anything proves nothing."""
    bad = {"name": "x", "domain": "windows", "versions": {"navigator": "5.0.0", "layer": "4.4"},
           "techniques": [{"techniqueID": "1003", "score": "3", "metadata": [{"name": "a"}]}],
           "surprise": 1}
    return len(check_layer(bad, set())) >= 7


def counted(timeline, layer):
    """Faults of a layer's hits against the rows that it was made of."""
    hits = {}
    for line in open(timeline, encoding="utf-8"):
        for one in {t["id"] for t in json.loads(line)["attack"]["techniques"]}:
            hits[one] = hits.get(one, 0) + 1
    got = {t["techniqueID"]: t["score"] for t in layer["techniques"] if t["score"]}
    return [f"{i}: {got.get(i)} hits, {hits.get(i)} rows" for i in sorted(set(got) | set(hits))
            if got.get(i) != hits.get(i)]


def by_library(layer):
    """What MITRE's library says of the layer; None: it is not installed."""
    try:
        from mitreattack.navlayers import Layer
    except ImportError:
        return None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            read = Layer(layer, strict=True).layer
        except Exception as fault:  # pylint: disable=broad-except
            return [f"{type(fault).__name__}: {fault}"]
    if not hasattr(read, "get_dict"):
        return said.getvalue().splitlines() or ["it is not loaded"]
    again = read.get_dict()
    # `sorting` 0 is the default, which the library leaves out.
    return said.getvalue().splitlines() + [f"{name} comes back as {again.get(name)!r}"[:200] for name in layer
                                           if again.get(name) != layer[name] and (name, layer[name]) != ("sorting", 0)]


def report(number, name, faults):
    for fault in faults[:10]:
        print(f"# {fault}")
    print(f"{'not ok' if faults else 'ok'} {number} - {name}")
    return bool(faults)


def main():
    table, timeline, layers = sys.argv[1], sys.argv[2], sys.argv[3:]
    rows = [line.split("|") for line in open(table, encoding="utf-8") if line.startswith("T")]
    current = {row[0] for row in rows if row[1] == ""}
    print(f"1..{3 * len(layers) + 2}")
    failed = report(1, "the checker finds faults", [] if selftest() else ["it finds none"])
    bad = by_library({"name": "x", "domain": "enterprise-attack", "techniques": [{"techniqueID": "T1003", "score": "3"}]})
    failed |= report(2, "MITRE's library finds faults" + (" # SKIP needs mitreattack-python" if bad is None else ""),
                     ["it finds none"] if bad == [] else [])
    number = 2
    for path in layers:
        layer, name = json.load(open(path, encoding="utf-8")), path.rsplit("/", 1)[-1]
        has_hits = any(m.get("name") == "rows of the timeline" for m in layer["metadata"])
        failed |= report(number + 1, f"{name} is a layer", check_layer(layer, current))
        failed |= report(number + 2, f"{name} counts the rows",
                         counted(timeline, layer) if has_hits else [])
        said = by_library(layer)
        failed |= report(number + 3, f"{name} is a layer to MITRE's library" +
                         (" # SKIP needs mitreattack-python" if said is None else ""), said or [])
        number += 3
    sys.exit(failed)


main()
