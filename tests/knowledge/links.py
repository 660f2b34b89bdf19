"""links.py FOLDER - every link of the cards in a folder leads somewhere, and nothing of a rule acts.

Reads all .html files: a link is an address (http, https) with rel=noreferrer, or a file of the folder,
with its anchor. No other element or attribute than those that pages are made of may be there.
"""
import pathlib
import sys
from html.parser import HTMLParser

TAGS = {
    "html", "head", "meta", "title", "style", "body", "p", "a", "h1", "h2", "h3", "table", "tbody", "tr", "th", "td",
    "div", "pre", "code",
}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "rel", "href", "scope", "id"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.anchors, self.faults = [], set(), []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in TAGS or set(attributes) - ATTRIBUTES:
            self.faults.append(f"element {tag} {sorted(attributes)}")
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        if tag == "a":
            href = attributes.get("href", "")
            outside = href.startswith(("http://", "https://"))
            if outside and attributes.get("rel") != "noreferrer":
                self.faults.append(f"{href} without rel=noreferrer")
            if not outside:
                self.links.append(href)


def main():
    folder = pathlib.Path(sys.argv[1])
    pages = {}
    for path in sorted(folder.glob("*.html")):
        page = pages[path.name] = Page()
        page.feed(path.read_text(encoding="utf-8"))
    bad = []
    reached = set()
    for name, page in pages.items():
        bad += [f"{name}: {fault}" for fault in page.faults]
        for link in page.links:
            file, _, anchor = link.partition("#")
            reached.add(file or name)
            target = pages.get(file or name)
            if target is None or (anchor and anchor not in target.anchors):
                bad.append(f"{name}: broken link {link}")
    bad += [f"{name}: no page leads to it" for name in sorted(set(pages) - reached)]
    for line in bad[:20]:
        print("#", line)
    print(f"# {len(pages)} pages, {sum(len(p.links) for p in pages.values())} links")
    return 1 if bad or not pages else 0


sys.exit(main())
