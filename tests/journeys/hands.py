"""A person without a pointer: what they do in a window by keyboard alone."""

from contextlib import suppress

from playwright.sync_api import Error

from tests.journeys.browser import Person

# What has the focus; nothing has while it is the whole page.
HERE = """(() => { const one = document.activeElement;
  return !one || one === document.body ? "" : `${one.id} ${one.innerText || ""}`; })()"""


class Hands:
    """What somebody without a pointer does. Typing into a field and pressing a key count; Tab only leads there."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.count = person, person.page, 0

    def write(self, *texts: str) -> None:
        """Into the field that has the focus and those after it."""
        for place, text in enumerate(texts):
            if place:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(text)
            self.count += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1

    def reach(self, words: str, way: str = "Tab") -> None:
        for _ in range(90):
            with suppress(Error):  # a page that is on its way has no focus yet
                if words in self.page.evaluate(HERE):
                    return
            self.page.wait_for_load_state()
            self.page.keyboard.press(way)
        raise AssertionError(f"{words!r} cannot be reached by keyboard on {self.page.url}.")

    def choose(self, words: str, way: str = "Tab") -> None:
        self.reach(words, way)
        self.press("Enter")
