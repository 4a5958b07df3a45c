"""Elements of a folium map whose texts are put into the page as they are.

branca compiles what a template gave as a template once more, half a millisecond for every text.
"""

from typing import Any

from branca.element import Element, MacroElement


class ReadyElement(MacroElement):
    """An element that puts its texts into the page as they are.

    Stand it behind folium's own class: `class Ours(folium.FeatureGroup, ReadyElement)`.
    """

    def render(self, **kwargs: object) -> None:  # type: ignore[override]  # as branca's own does
        """Put header, body and script into the page, and render the children."""
        figure: Any = self.get_root()
        for part in ("header", "html", "script"):
            if macro := getattr(self._template.module, part, None):
                text = _ReadyText(macro(self, kwargs))
                getattr(figure, part).add_child(text, name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)


class _ReadyText(Element):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: object) -> str:
        return self._text
