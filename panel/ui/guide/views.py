"""The styleguide: every element once, in every state. `panel.home` gives it a URL and says who may open it."""

from typing import Any

from panel.ui.guide.samples import samples
from panel.ui.pages import Page


class Styleguide(Page):
    template_name = "ui/styleguide.html"

    def context(self) -> dict[str, Any]:
        return samples(self.request, self.at)
