"""Reads pages as search engines do."""

import json
from html.parser import HTMLParser


class Page(HTMLParser):
    """The head and the links of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.meta: dict[str, list[str]] = {}
        self.links: list[dict[str, str]] = []
        self.anchors: list[str] = []
        self.blocks: list[str] = []
        self.title = ""
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        if tag == "meta" and "content" in said:
            self.meta.setdefault(said.get("name") or said.get("property", ""), []).append(said["content"])
        elif tag == "link":
            self.links.append(said)
        elif tag == "a" and "href" in said:
            self.anchors.append(said["href"])
        elif tag == "title" or (tag == "script" and said.get("type") == "application/ld+json"):
            self._in = tag
            if tag == "script":
                self.blocks.append("")

    def handle_endtag(self, tag):
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data):
        if self._in == "title":
            self.title += data
        elif self._in == "script":
            self.blocks[-1] += data

    @property
    def canonical(self) -> str:
        return next((link["href"] for link in self.links if link.get("rel") == "canonical"), "")

    @property
    def data(self) -> dict[str, dict]:
        """JSON-LD blocks by their type."""
        return {block["@type"]: block for block in map(json.loads, self.blocks)}
