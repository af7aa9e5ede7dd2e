"""Working without a mouse: every key is pressed where the focus is, and every step shows where that is."""

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Timeout

from tests.pages.browsing import choices

LONGEST = 120  # presses of Tab on the way round a page

# What the element with the focus is called, as a screen reader would say it, roughly.
NAME = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  return [e.getAttribute("aria-label"), ...[...(e.labels ?? [])].map((l) => l.textContent), e.innerText, e.title]
    .find((t) => t?.trim())?.trim() ?? "";
}"""
# Whether it shows: an outline that stands out, on the screen, under no bar that stays.
IS_SEEN = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const x = box.left + Math.min(box.width, innerWidth) / 2, y = box.top + Math.min(box.height / 2, 20);
  const there = document.elementFromPoint(x, y);
  const isSeen = there && (e.contains(there) || there.contains(e) || there.closest("label")?.control === e);
  return outlined && isSeen;
}"""


def focused(page: Page) -> str:
    """What the element with the focus is called."""
    return page.evaluate(NAME)


def step(page: Page, key: str = "Tab") -> str:
    """One press, after which the focus is seen; what it is on now ("" when it left the page)."""
    page.keyboard.press(key)
    name = focused(page)
    if name:
        try:
            page.wait_for_function(IS_SEEN, timeout=20_000)  # it may have to be scrolled to
        except Timeout as error:
            raise AssertionError(f"the focus is on {name}, and nobody sees it") from error
    return name


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until the focus is on what is called so, to the letter but for a star."""
    passed = []
    for _ in range(LONGEST):
        passed.append(step(page, key))
        if passed[-1].rstrip("*") == name:
            return
    raise AssertionError(f"no way to {name}: {passed}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Go to a link, button or box, and press it."""
    tab_to(page, name)
    page.keyboard.press(key)


def to_main(page: Page) -> None:
    """Past the shell by the first link of the page."""
    assert step(page) == "跳到正文"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def write(page: Page, label: str, text: str) -> None:
    """Type into a box."""
    tab_to(page, label)
    page.keyboard.type(text)


def pick(page: Page, label: str, typed: str, chosen: str) -> None:
    """Take what a combobox finds, by the arrows."""
    write(page, label, typed)
    expect(choices(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.value").endswith(chosen)


def select(page: Page, label: str, chosen: str) -> None:
    """Walk a drop-down to one of its answers."""
    tab_to(page, label)
    for _ in range(LONGEST):
        if page.evaluate("document.activeElement.selectedOptions[0].text") == chosen:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{label} has no {chosen}")


def write_day(page: Page, label: str, day: str) -> None:
    """Type a date; the parts stand in the order that the browser's own language has."""
    tab_to(page, label)
    year, month, date = day.split("-")
    for parts in ((month, date, year), (year, month, date)):
        page.keyboard.type("".join(parts))
        if page.evaluate("document.activeElement.value") == day:
            return
        for _ in parts:
            page.keyboard.press("ArrowLeft")
    raise AssertionError(f"{label} does not take {day}")
